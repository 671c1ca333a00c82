import Roulette
import TestSupport
import Testing

/// Real servers, one for each cluster of a ring, for the duration of a test.
struct Deployment: Sendable {
    let servers: [NATSServerProcess]

    /// Runs a client on the deployment.
    func withClient(
        _ change: (inout RouletteConfiguration) -> Void = { _ in },
        _ body: (RouletteClient) async throws -> Void
    ) async throws {
        var configuration = RouletteConfiguration(clusters: servers.map { .init(host: "127.0.0.1", port: $0.port) })
        change(&configuration)
        let client = try RouletteClient(configuration: configuration)
        try await withRunning(client) { try await body(client) }
    }

    func waitUntilUp(_ client: RouletteClient) async throws {
        _ = try await waitFor(client) { $0.clusters.allSatisfy { $0.state == .up } }
    }

    /// Takes a snapshot after every event until one satisfies the condition.
    func waitFor(
        _ client: RouletteClient,
        within limit: Duration = .waitLimit,
        _ condition: @escaping @Sendable (RouletteSnapshot) -> Bool
    ) async throws -> RouletteSnapshot {
        let events = client.events
        let first = client.snapshot()
        if condition(first) { return first }
        return try await withDeadline(limit, "the snapshot did not satisfy the condition") {
            for await _ in events {
                let snapshot = client.snapshot()
                if condition(snapshot) { return snapshot }
            }
            return client.snapshot()
        }
    }

    /// Returns a topic that this cluster owns.
    func topic(on cluster: Int, of client: RouletteClient) throws -> String {
        for number in 0..<10_000 {
            let topic = "topic.\(number)"
            if try client.owner(of: topic).index == cluster { return topic }
        }
        throw DeploymentError(description: "no topic of cluster \(cluster)")
    }
}

extension RouletteClient {
    /// Returns when everything published to a topic has reached the subscriptions of this client.
    ///
    /// The server has confirmed the messages, and sends them before the PONG that confirms one more subscription.
    func delivered(to topic: String) async throws {
        try await flush(topic: topic)
        try await subscribe(to: topic, options: SubscribeOptions(confirmed: true)).cancel()
    }
}

struct DeploymentError: Error, CustomStringConvertible {
    let description: String
}

/// Starts one server for each cluster and stops them afterwards.
func withDeployment(
    clusters: Int,
    configuration: NATSServerConfiguration = NATSServerConfiguration(),
    _ body: (Deployment) async throws -> Void
) async throws {
    var servers: [NATSServerProcess] = []
    for _ in 0..<clusters { servers.append(try await NATSServerProcess.start(configuration)) }
    do {
        try await body(Deployment(servers: servers))
    } catch {
        for server in servers { server.kill() }
        throw error
    }
    for server in servers { await server.stop() }
}

/// Runs a client for the duration of a closure.
func withRunning(_ client: RouletteClient, _ body: () async throws -> Void) async throws {
    let run = Task { await client.run() }
    do {
        try await body()
    } catch {
        client.close()
        await run.value
        throw error
    }
    client.close()
    await run.value
}

/// Runs `body`, and throws an error with the description `complaint` if it takes longer than `limit`.
func withDeadline<R: Sendable>(
    _ limit: Duration,
    _ complaint: String,
    _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await ContinuousClock().sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let result = try await group.next(), let result else { throw DeploymentError(description: complaint) }
        return result
    }
}
