import Roulette
import RouletteNATS
import TestSupport
import Testing

/// A cluster of three real servers behind HAProxy, of which one comes back after its connections went to the others.
@Suite("Connections return to a server that came back", .timeLimit(.minutes(3)))
struct RebalanceTests {
    private static let leastConnections: HAProxyProcess.Settings = {
        var settings = HAProxyProcess.Settings()
        settings.balance = "leastconn"
        return settings
    }()

    /// Runs a client with four connections of each role while a server is away, and gives the deployment with the server back.
    private func withServerBack(
        rebalances: Bool,
        _ body: (RouletteClient, NATSServerProcess, NATSCluster) async throws -> Void
    ) async throws {
        try await BalancedDeployment.with(clusters: 1, nodes: 3, settings: Self.leastConnections) { deployment in
            var configuration = deployment.configuration
            configuration.poolSize = 4
            configuration.rebalances = rebalances
            let (server, balancer) = (deployment.clusters[0].servers[2], deployment.balancers[0])
            let client = try RouletteClient(configuration: configuration)
            try await withRunning(client) {
                try await poll(until: "all connections") { client.snapshot().clusters[0].state == .up }
                server.kill()
                try await poll(until: "all connections on two servers") {
                    let cluster = client.snapshot().clusters[0]
                    return cluster.state == .up && cluster.nodes.gone == 1 && connections(client, to: server) == 0
                }
                try await server.restart()
                try await balancer.waitUntilUp(balancer.backends)
                try await body(client, server, deployment.clusters[0])
            }
        }
    }

    private func connections(_ client: RouletteClient, to server: NATSServerProcess) -> Int {
        client.snapshot().clusters[0].nodes.all.first { $0.address == server.address }?.connections ?? 0
    }

    /// Returns the number of different texts, once that many have arrived.
    private static func differentTexts(_ count: Int, of subscription: Subscription) async throws -> Int {
        var texts: Set<String> = []
        for try await message in subscription {
            if message.body != "first" { texts.insert(message.body) }
            if texts.count == count { break }
        }
        return texts.count
    }

    /// Waits until every server knows the subscription, which the confirmation of one server does not promise.
    private func reach(_ subscription: Subscription, from client: RouletteClient) async throws {
        var missing = Set((0..<10).map { "numbers.\($0)" })
        let publishing = Task {
            while !Task.isCancelled {
                for number in 0..<10 { try await client.publish("first", to: "numbers.\(number)") }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        defer { publishing.cancel() }
        for try await message in subscription {
            missing.remove(message.topic)
            if missing.isEmpty { break }
        }
    }

    @Test
    func `rebalance() moves the surplus, and a subscription misses nothing meanwhile`() async throws {
        try await withServerBack(rebalances: false) { client, server, cluster in
            try await poll(until: "the server announced") { client.snapshot().clusters[0].nodes.gone == 0 }
            // Before it has all routes, messages published there would not reach every server.
            try await cluster.waitUntilMeshed()
            #expect(client.snapshot().clusters[0].surplusConnections == 2, "8 connections, at most 3 for each of 3 servers")
            try await client.subscribe(to: "numbers.*") { subscription in
                let count = 3_000
                try await reach(subscription, from: client)
                async let received = Self.differentTexts(count, of: subscription)
                for number in 0..<count {
                    try await client.publish("\(number)", to: "numbers.\(number % 10)")
                    if number == 500 { #expect(client.rebalance() == 2) }
                    if number % 100 == 0 { try await client.flush() }
                }
                try await poll(until: "connections to the server") { connections(client, to: server) >= 2 }
                #expect(try await received == count)
            }
            #expect(client.snapshot().clusters[0].surplusConnections == 0)
            #expect(client.rebalance() == 0)
            #expect(client.snapshot().clusters[0].total(\.lost) == 0)
        }
    }

    @Test
    func `with the option, one connection moves by itself`() async throws {
        try await withServerBack(rebalances: true) { client, server, _ in
            try await poll(until: "a connection to the server") { connections(client, to: server) == 1 }
            #expect(client.snapshot().clusters[0].total(\.lost) == 0)
            #expect(client.snapshot().clusters[0].state == .up)
        }
    }
}
