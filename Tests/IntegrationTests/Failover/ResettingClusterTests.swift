import Roulette
import TestSupport
import Testing

/// One of three clusters accepts connections and resets them repeatedly. The others work.
@Suite("A pattern over clusters, one of which resets connections", .timeLimit(.minutes(5)))
struct ResettingClusterTests {
    /// When the bad cluster resets a connection.
    enum Moment: CaseIterable {
        case atConnect, atSubscribe, behindSubscribe, afterAWhile
    }

    /// A server that resets every connection at `moment`.
    private static func resettingServer(_ moment: Moment) async throws -> ScriptedServer {
        try await ScriptedServer.start { connection in
            if moment == .atConnect { return try await connection.reset() }
            try await ScriptedServer.handshake(connection)
            // The PING after the renewed subscriptions.
            try await connection.expect("PING")
            try await connection.send("PONG\r\n")
            let subscribe = try await connection.expect("SUB ")
            guard subscribe.contains(" a.") else { return }
            switch moment {
            case .atConnect, .atSubscribe: break
            case .behindSubscribe: try await connection.expect("PING")
            case .afterAWhile:
                try await connection.expect("PING")
                try await connection.send("PONG\r\n")
            }
            try await connection.reset()
        }
    }

    /// Runs two real clusters with a bad one between them in the ring.
    private func withClusters(
        _ moment: Moment,
        _ body: (_ servers: [NATSServerProcess], _ ports: [Int]) async throws -> Void
    ) async throws {
        try await withDeployment(clusters: 2) { deployment in
            let bad = try await Self.resettingServer(moment)
            try await body(deployment.servers, [deployment.servers[0].port, bad.port, deployment.servers[1].port])
            await bad.close()
        }
    }

    @Test(arguments: Moment.allCases)
    func `the library makes the subscription on the other clusters and reports no failure`(moment: Moment) async throws {
        try await withClusters(moment) { servers, ports in
            var configuration = RouletteConfiguration(clusters: ports.map { .init(host: "127.0.0.1", port: $0) })
            configuration.poolSize = 1
            configuration.role = .subscriber
            configuration.maxRetry = 2
            configuration.metricsInterval = nil
            for _ in 0..<4 {
                let client = try RouletteClient(configuration: configuration)
                try await withRunning(client) {
                    try await withDeadline(.seconds(20), "the good clusters never came up") {
                        let events = client.events
                        if client.isUp([0, 2]) { return }
                        for await _ in events where client.isUp([0, 2]) { return }
                    }
                    let subscription = try await client.subscribe(
                        to: "a.>",
                        options: SubscribeOptions(restart: .permanent, confirmed: true, requiresConnection: false)
                    )
                    var messages = subscription.makeAsyncIterator()
                    for round in 0..<3 {
                        for server in servers {
                            let publisher = try await RawClient.connect(port: server.port)
                            try await publisher.publish("\(round)", to: "a.b")
                            try await publisher.flush()
                            await publisher.close()
                            #expect(try await messages.next()?.body == "\(round)")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: Moment.allCases)
    func `roulette sub continues with the other clusters, as its help states`(moment: Moment) async throws {
        try await withClusters(moment) { servers, ports in
            let isDone = Watched(false)
            let publishing = Task {
                let publishers = try await [RawClient.connect(port: servers[0].port), RawClient.connect(port: servers[1].port)]
                while !isDone.value {
                    for (index, publisher) in publishers.enumerated() {
                        try await publisher.publish("from \(index)", to: "a.b")
                        try await publisher.flush()
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
                for publisher in publishers { await publisher.close() }
            }
            let result = try await BuiltProgram.run(
                ["sub", "a.>", "--json", "--count", "100"] + ports.flatMap { ["--server", "127.0.0.1:\($0)"] }
            )
            isDone.update { $0 = true }
            try await publishing.value
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines.count == 100)
            for index in 0..<2 { #expect(result.lines.contains { $0.contains("from \(index)") }) }
        }
    }

    @Test
    func `a topic of a cluster that resets subscriptions fails after max_retry, and names the cluster`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let bad = try await Self.resettingServer(.behindSubscribe)
            let ports = [deployment.servers[0].port, bad.port]
            var configuration = RouletteConfiguration(clusters: ports.map { .init(host: "127.0.0.1", port: $0) })
            configuration.poolSize = 1
            configuration.role = .subscriber
            configuration.maxRetry = 2
            configuration.maxBackoff = .milliseconds(50)
            configuration.metricsInterval = nil
            let client = try RouletteClient(configuration: configuration)
            try await withRunning(client) {
                let topic = try #require(try (0..<100).map { "a.\($0)" }.first { try client.owner(of: $0).index == 1 })
                let options = SubscribeOptions(restart: .permanent, confirmed: true)
                let error = await #expect(throws: RouletteError.self) { try await client.subscribe(to: topic, options: options) }
                #expect(error?.code == .clusterUnavailable)
                #expect(error?.cluster?.index == 1)
            }
            await bad.close()
        }
    }

    @Test
    func `a cluster that is down when a pattern is subscribed is pending exactly until it is up`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            deployment.servers[1].kill()
            try await deployment.withClient({ $0.poolSize = 1 }) { client in
                _ = try await deployment.waitFor(client) { $0.clusters[0].state == .up && $0.clusters[1].state == .down }
                let options = SubscribeOptions(restart: .permanent, requiresConnection: false)
                let pattern = try await client.subscribe(to: "a.>", options: options)
                let topic = try await client.subscribe(to: try deployment.topic(on: 1, of: client), options: options)
                let other = try await client.subscribe(to: try deployment.topic(on: 0, of: client), options: options)
                #expect(pattern.pendingClusters.map(\.index) == [1])
                #expect(topic.pendingClusters.map(\.index) == [1])
                #expect(topic.isInterrupted)
                #expect(other.pendingClusters.isEmpty && !other.isInterrupted)
                try await other.whenMade()
                try await deployment.servers[1].restart()
                try await withDeadline(.seconds(20), "the clusters did not receive the subscriptions") {
                    try await pattern.whenMade()
                    try await topic.whenMade()
                }
                #expect(pattern.pendingClusters.isEmpty && !topic.isInterrupted)
                #expect(pattern.missedIntervals.isEmpty, "a subscription misses nothing before it begins")
            }
        }
    }
}

extension RouletteClient {
    fileprivate func isUp(_ clusters: [Int]) -> Bool {
        let snapshot = snapshot()
        return clusters.allSatisfy { snapshot.clusters[$0].state == .up }
    }
}
