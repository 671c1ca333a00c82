import Roulette
import TestSupport
import Testing

/// Two servers behind a real load balancer, whose route can be cut.
@Suite("Canary messages through real servers", .timeLimit(.minutes(3)))
struct CanaryTests {
    private static let interval = Duration.seconds(1)

    /// Runs a client with connections to both servers.
    ///
    /// - Parameter permissions: The permissions of the user; nil allows everything to anyone.
    private func withClient(
        permissions: String? = nil,
        _ body: (RouletteClient, FaultProxy, RouletteEvents) async throws -> Void
    ) async throws {
        var server = NATSServerConfiguration()
        if let permissions {
            let user = "{ user: ops, password: secret, permissions: { \(permissions) } }"
            server.extra = "authorization { users: [ \(user) ] }"
        }
        let (cluster, route) = try await NATSCluster.startPair(name: "pair", configuration: server)
        let balancer = try await HAProxyProcess.start(to: cluster)
        try await balancer.waitUntilUp(balancer.backends)
        var configuration = RouletteConfiguration(clusters: [.init(name: "pair", host: "127.0.0.1", port: balancer.port)])
        configuration.poolSize = 4
        configuration.canaryInterval = Self.interval
        if permissions != nil { configuration.credentials = { .userPassword(user: "ops", password: "secret") } }
        let client = try RouletteClient(configuration: configuration)
        // From the beginning, because a refusal can come with the first connection.
        let events = client.events
        try await withRunning(client) {
            try await poll(until: "connections to both servers") {
                let connections = client.snapshot().clusters[0].connections
                return connections.allSatisfy { $0.connection.isUp }
            }
            try await body(client, route, events)
        }
        await route.close()
        await balancer.stop()
        await cluster.stop()
    }

    /// Makes sure that both roles have a connection to each server, whatever the load balancer decided.
    private func spread(_ client: RouletteClient) async throws {
        func servers(_ role: ConnectionRole) -> Set<String> {
            let connections = client.snapshot().clusters[0].connections.filter { $0.role == role }
            return Set(connections.compactMap { $0.connection.server?.name })
        }
        try await poll(until: "both servers for each role", every: .milliseconds(200)) {
            for role in ConnectionRole.allCases where servers(role).count < 2 {
                client.reconnect(role: role, slot: 0, hard: true)
            }
            return ConnectionRole.allCases.allSatisfy { servers($0).count == 2 }
        }
    }

    private func routes(_ client: RouletteClient) throws -> [CanaryStatus.Route] {
        try #require(client.snapshot().clusters[0].canary).routes
    }

    @Test(arguments: [false, true])
    func `a cut route between two servers is reported within three intervals, in both directions, and so is its return`(
        isSilent: Bool
    ) async throws {
        try await withClient { client, route, events in
            try await spread(client)
            try await poll(until: "all four routes") { try routes(client).count { $0.latency != nil } == 4 }
            #expect(try routes(client).allSatisfy { $0.failingFor == nil })

            route.setRefusing(true)
            // Without a reset, the servers believe that they are connected until their own time limits.
            if isSilent { route.set(.blackHole, .toServer, .toClient) } else { try await route.reset() }
            var failed: Set<CanaryRoute> = []
            for await event in events where event.kind == .canaryFailed {
                if let route = event.canaryRoute { failed.insert(route) }
                if failed.count == 2 { break }
            }
            #expect(Set(failed.map { [$0.from.name, $0.to.name] }) == [["pair-0", "pair-1"], ["pair-1", "pair-0"]])
            let failing = try #require(client.snapshot().clusters[0].canary).failures
            #expect(failing.count == 2)
            // The messages of the next round are the first ones that do not arrive, and the round after them finds out. The
            // interval is short here, so there is an allowance for the delay of the machine.
            #expect(failing.allSatisfy { ($0.failingFor ?? .zero) < Self.interval * 3 + .seconds(1) })
            #expect(client.snapshot().clusters[0].state == .up, "the connections do not notice")

            route.setRefusing(false)
            route.set(.faithful, .toServer, .toClient)
            if isSilent { try await route.reset() }
            var recovered = 0
            for await event in events where event.kind == .canaryRecovered {
                #expect(event.isDeliveredAgain == true && event.canaryFailureDuration ?? .zero > .zero)
                recovered += 1
                if recovered == 2 { break }
            }
            // The servers announce their subscriptions one after the other, so a message may still be missing for a moment.
            try await poll(until: "messages on all routes") { try routes(client).allSatisfy { $0.failingFor == nil } }
        }
    }

    @Test
    func `after the loss of all connections, all routes work again without a failure`() async throws {
        try await withClient { client, _, events in
            try await spread(client)
            try await poll(until: "all four routes") { try routes(client).count { $0.latency != nil } == 4 }
            let rounds = try #require(client.snapshot().clusters[0].canary).completeRounds
            // The connections of a role come back one after the other, and meanwhile others take over their subscriptions.
            client.reconnect(hard: true)
            try await poll(until: "several rounds with all routes") {
                let canary = try #require(client.snapshot().clusters[0].canary)
                let connections = client.snapshot().clusters[0].connections
                guard connections.allSatisfy({ $0.connection.reconnects > 0 && $0.connection.isUp }) else { return false }
                return canary.completeRounds > rounds + 4 && canary.routes.allSatisfy { $0.age.map { $0 < .seconds(3) } ?? false }
            }
            client.close()
            for await event in events { #expect(event.kind != .canaryFailed, "\(event.canaryRoute as Any)") }
        }
    }

    @Test(arguments: ["publish", "subscribe"])
    func `a user without the permission is told so once, and the canary stays off`(operation: String) async throws {
        try await withClient(permissions: "\(operation): { deny: \"_roulette.>\" }") { client, _, events in
            let refused = try await poll(for: "the refusal") { client.snapshot().clusters[0].canary?.refusal }
            #expect(refused.code == .permission)
            // Refusals on the other connections arrive before the PONG of these PINGs.
            await client.measureRoundTrips()
            client.close()
            var kinds: [RouletteEvent.Kind] = []
            for await event in events { kinds.append(event.kind) }
            #expect(kinds.count { $0 == .canaryRefused } == 1)
            #expect(!kinds.contains(.serverError) && !kinds.contains(.canaryFailed), "\(kinds)")
        }
    }
}
