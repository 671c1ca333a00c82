import Foundation
import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("Several addresses for one cluster, on real servers", .timeLimit(.minutes(3)))
struct SeedTests {
    /// An address without a listener.
    private static let nowhere = NATSClientConfiguration.Address(host: "127.0.0.1", port: 1)

    private func withCluster(size: Int = 2, _ body: (NATSCluster) async throws -> Void) async throws {
        let cluster = try await NATSCluster.start(name: "seeded", size: size)
        do {
            try await body(cluster)
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }

    /// A deployment of one cluster without a load balancer.
    private func configuration(_ cluster: NATSCluster, deadSeeds: Int = 0) throws -> RouletteConfiguration {
        let dead = (0..<deadSeeds).map { NATSClientConfiguration.Address(host: "127.0.0.1", port: 1 + $0) }
        let hosts = dead + cluster.servers.map { .init(host: "127.0.0.1", port: $0.port) }
        var configuration = RouletteConfiguration(clusters: [try .init(name: "alpha", hosts: hosts)])
        configuration.subscriptionRestart = .permanent
        configuration.maxBackoff = .milliseconds(100)
        return configuration
    }

    private func waitUntilUp(_ client: RouletteClient) async throws {
        try await poll(until: "all connections") { client.snapshot().clusters.allSatisfy { $0.state == .up } }
    }

    private func servers(_ client: RouletteClient) -> Set<String> {
        Set(client.snapshot().clusters[0].connections.compactMap(\.connection.server?.name))
    }

    @Test
    func `the connections of a pool are spread over all servers, and a dead seed only costs an attempt`() async throws {
        try await withCluster { cluster in
            var configuration = try configuration(cluster, deadSeeds: 1)
            configuration.poolSize = 15
            let client = try RouletteClient(configuration: configuration)
            try await withRunning(client) {
                try await waitUntilUp(client)
                // With 30 connections, both servers are used in all but one of 500 million runs.
                #expect(servers(client) == ["seeded-0", "seeded-1"])
                let snapshot = client.snapshot().clusters[0]
                #expect(client.clusters.count == 1 && snapshot.cluster.address == "127.0.0.1:1")
                #expect(Set(snapshot.connections.compactMap(\.connection.address?.port)) == Set(cluster.servers.map(\.port)))
                #expect(client.snapshot().identityAlarms.isEmpty)
                let subscription = try await client.subscribe(to: "t", options: .init(maxMessages: 100, confirmed: true))
                for number in 0..<100 { try await client.publish("\(number)", to: "t") }
                try await client.flush()
                var received: [String] = []
                for try await message in subscription { received.append(message.body) }
                #expect(received == (0..<100).map { "\($0)" })
            }
        }
    }

    @Test
    func `when a server dies, its connections move to another seed, publishes go on, and subscriptions are made again`()
        async throws
    {
        try await withCluster { cluster in
            let client = try RouletteClient(configuration: try configuration(cluster))
            try await withRunning(client) {
                try await waitUntilUp(client)
                let subscription = try await client.subscribe(to: "orders.*", options: .init(confirmed: true))
                let home = client.snapshot().clusters[0].connections.first { $0.connection.subscriptions > 0 }?.connection.server?
                    .name
                let received = Watched<Set<String>>([])
                let consuming = Task { for try await message in subscription { received.update { _ = $0.insert(message.body) } } }
                for number in 0..<200 {
                    if number == 100 { cluster.servers[0].kill() }
                    try await client.publish("\(number)", to: "orders.\(number % 8)")
                }
                try await poll(until: "all connections on the other server") {
                    client.snapshot().clusters[0].state == .up && servers(client) == ["seeded-1"]
                }
                try await client.subscribe(to: "orders.*", options: .init(confirmed: true)).cancel()
                for number in 200..<300 { try await client.publish("\(number)", to: "orders.\(number % 8)") }
                try? await client.flush()
                try await received.wait(for: "the messages after the failover") { received in
                    received.isSuperset(of: (200..<300).map { "\($0)" }) ? () : nil
                }
                #expect(subscription.missedIntervals.isEmpty == (home == "seeded-1"), "only the other connection was lost")
                subscription.cancel()
                try await consuming.value
            }
        }
    }

    @Test
    func `a connection leaves a server in lame-duck mode for another seed at the first try, without a loss`() async throws {
        try await withCluster { cluster in
            let client = try RouletteClient(configuration: try configuration(cluster))
            try await withRunning(client) {
                try await waitUntilUp(client)
                let (events, stream) = (Watched<[RouletteEvent]>([]), client.events)
                let recording = Task { for await event in stream { events.update { $0.append(event) } } }
                cluster.servers[0].enterLameDuckMode()
                try await poll(until: "all connections on the other server") { servers(client) == ["seeded-1"] }
                #expect(!events.value.contains { $0.kind == .disconnected || $0.kind == .moveFailed })
                #expect(client.snapshot().clusters[0].total(\.lost) == 0)
                client.close()
                await recording.value
            }
        }
    }

    @Test
    func `two entries with different servers of one cluster are an error event, and roulette status reports them`() async throws {
        try await withCluster { cluster in
            let ports = cluster.servers.map(\.port)
            var configuration = RouletteConfiguration(clusters: [
                try .init(name: "alpha", hosts: [.init(host: "127.0.0.1", port: ports[0]), Self.nowhere]),
                try .init(name: "beta", hosts: [.init(host: "127.0.0.1", port: ports[1])]),
            ])
            configuration.poolSize = 1
            let client = try RouletteClient(configuration: configuration)
            let events = client.events
            try await withRunning(client) {
                let event = try await withDeadline(.waitLimit, "no alarm") {
                    for await event in events where event.kind == .identityAlarm { return Optional(event) }
                    return nil
                }
                let alarm = try #require(event?.identityAlarm)
                #expect(alarm.kind == .sameCluster)
                #expect(Set([alarm.cluster.name, alarm.other?.name]) == ["alpha", "beta"])
                #expect(alarm.description.contains("leads to the same cluster as"))
            }
            let status = try await BuiltProgram.run([
                "status", "--server", "alpha=127.0.0.1:\(ports[0]),127.0.0.1:1", "--server", "beta=127.0.0.1:\(ports[1])",
            ])
            #expect(status.status == .exited(1), "\(status.output)")
            #expect(status.output.contains("leads to the same cluster as"), "\(status.output)")
        }
    }

    @Test
    func `the command line and a profile take several addresses for one cluster`() async throws {
        try await withCluster { cluster in
            let hosts = ["127.0.0.1:1"] + cluster.addresses
            func check(_ arguments: [String]) async throws {
                let result = try await BuiltProgram.run(["status", "--json", "--pool", "4"] + arguments)
                #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
                #expect(result.lines.count == 1, "one cluster")
                #expect(result.output.contains(#""address":"127.0.0.1:1""#), "its first address identifies it")
                #expect(cluster.addresses.contains { result.output.contains(#""address":"\#($0)""#) })
            }
            try await check(["--server", "alpha=" + hosts.joined(separator: ",")])
            let directory = try TemporaryDirectory(for: "seeds")
            defer { try? directory.remove() }
            let path = directory.path + "/config.toml"
            let list = hosts.map { "\"\($0)\"" }.joined(separator: ", ")
            let toml = "[profiles.p]\nservers = [{ name = \"alpha\", hosts = [\(list)] }]"
            try Data(toml.utf8).write(to: URL(fileURLWithPath: path))
            try await check(["--config", path])
        }
    }
}
