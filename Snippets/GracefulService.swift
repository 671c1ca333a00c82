// A service of four parts that ends without losing a message: a worker, a publisher, a handler of requests, and a health check.
import Logging
import Roulette
import ServiceLifecycle

/// Handles jobs, together with the other instances of this program.
struct Worker: Service {
    let client: RouletteClient

    func run() async throws {
        let jobs = try await client.subscribe(to: "jobs.*", options: SubscribeOptions(queueGroup: "workers", restart: .permanent))
        for try await job in jobs {
            try await client.publish("done: \(job.body)", to: "results")
        }
    }
}

/// Publishes a reading every few milliseconds.
struct Sensor: Service {
    let client: RouletteClient

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do throws(RouletteError) {
                try await client.publish("21.5", to: "readings.hall1")
            } catch {
                // The cluster is down: skip this reading, because the next one is more useful.
                guard error.code == .clusterUnavailable else { throw error }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// Answers requests, and tells a load balancer or an orchestrator whether the program is healthy.
struct Answers: Service {
    let client: RouletteClient
    let topic: String
    let answer: @Sendable (Message) -> String

    func run() async throws {
        let requests = try await client.subscribe(to: topic, options: .init(queueGroup: "answers", restart: .permanent))
        for try await request in requests { try await client.reply(to: request, answer(request)) }
    }
}

let clusters = try CommandLine.arguments.dropFirst().map { try ClusterConfiguration($0) }
let client = try RouletteClient(configuration: RouletteConfiguration(clusters: clusters))
let prices = Answers(client: client, topic: "prices.get") { "1.99 for \($0.body)" }
let health = Answers(client: client, topic: "health.get") { _ in
    let down = client.snapshot().clusters.filter { $0.state == .down }
    return down.isEmpty ? "healthy" : "down: \(down.map(\.cluster.name).joined(separator: ", "))"
}
let group = ServiceGroup(
    // The group stops the services in reverse order: the client is the first, so it is stopped last.
    services: [client, Worker(client: client), prices, health, Sensor(client: client)],
    gracefulShutdownSignals: [.sigterm, .sigint],
    logger: Logger(label: "service")
)
try await group.run()
print("all work is completed")
