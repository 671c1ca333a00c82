// The code of the guide "One cluster, or a single server".
import Roulette

func oneServer() throws -> RouletteClient {
    let client = try RouletteClient(
        configuration: RouletteConfiguration(clusters: [try .init("demo.nats.example.org")])
    )
    return client
}

func secure(_ configuration: inout RouletteConfiguration) {
    configuration.credentials = { try .credentialsFile("/etc/app/ops.creds") }
    configuration.tls.mode = .required
    configuration.tls.trustRoots = .file("/etc/app/ca.pem")
}

func publishOften(_ client: RouletteClient) async throws {
    let publisher = try client.publisher(for: "sensors.hall1.temperature")
    try await publisher.publish("21.5")
}

func work(_ client: RouletteClient) async throws {
    let options = SubscribeOptions(
        queueGroup: "workers",
        restart: .permanent,
        buffer: SubscriptionBuffer(messages: 10_000, bytes: 8 << 20, overflow: .dropOldest),
        confirmed: true
    )
    let jobs = try await client.subscribe(to: "jobs.*", options: options)
    for try await job in jobs {
        print(job.topic, job.payload.readableBytes, try job.headers?["Trace-Id"] ?? "-")
        break
    }
    jobs.cancel()
}

func ask(_ client: RouletteClient) async throws {
    do throws(RouletteError) {
        let answer = try await client.request("apples", to: "prices.get", timeout: .seconds(2))
        print(answer.body)
    } catch {
        guard error.code == .noResponders else { throw error }
        print("no service answers prices.get")
    }
}

func end(_ client: RouletteClient) async throws {
    try await client.drain(timeout: .seconds(10))
}
