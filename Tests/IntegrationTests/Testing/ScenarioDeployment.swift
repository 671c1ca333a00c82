import Roulette
import RouletteNATS
import RouletteTesting
import TestSupport
import Testing

/// Where a scenario runs. Both have three clusters, and refuse messages and subscriptions to `secret.>`.
enum Backend: CaseIterable, CustomTestStringConvertible {
    case memory
    case servers

    var testDescription: String {
        switch self {
        case .memory: "in memory"
        case .servers: "on real servers"
        }
    }

    static let names = ["alpha", "beta", "gamma"]

    /// Runs a scenario.
    func run(_ scenario: (any ScenarioDeployment) async throws -> Void) async throws {
        switch self {
        case .memory:
            let deployment = TestDeployment(clusters: Self.names)
            for cluster in deployment.clusters {
                try await cluster.denyPublishing(to: "secret.>")
                try await cluster.denySubscribing(to: "secret.>")
            }
            try await scenario(MemoryScenario(deployment: deployment))
        case .servers:
            try await ServerScenario.with { try await scenario($0) }
        }
    }
}

/// A deployment as a scenario sees it.
protocol ScenarioDeployment: Sendable {
    /// Runs a client whose connections are up.
    func withClient(
        _ change: (inout RouletteConfiguration) -> Void,
        _ body: (RouletteClient) async throws -> Void
    ) async throws
    func stop(_ cluster: Int) async throws
    func start(_ cluster: Int) async throws
    /// Closes all connections to a cluster, which accepts new ones.
    func closeConnections(_ cluster: Int) async throws
    /// Makes a cluster silent.
    func freeze(_ cluster: Int) async throws
}

extension ScenarioDeployment {
    func withClient(_ body: (RouletteClient) async throws -> Void) async throws { try await withClient({ _ in }, body) }

    /// Returns a topic that a cluster owns.
    func topic(on cluster: Int, of client: RouletteClient) throws -> String {
        for number in 0..<1000 where try client.owner(of: "topic.\(number)").index == cluster { return "topic.\(number)" }
        throw DeploymentError(description: "no topic of cluster \(cluster)")
    }
}

private struct MemoryScenario: ScenarioDeployment {
    let deployment: TestDeployment

    func withClient(
        _ change: (inout RouletteConfiguration) -> Void,
        _ body: (RouletteClient) async throws -> Void
    ) async throws {
        try await deployment.withClient(change, body)
    }

    func stop(_ cluster: Int) async { await deployment.clusters[cluster].stop() }
    func start(_ cluster: Int) async { await deployment.clusters[cluster].start() }
    func closeConnections(_ cluster: Int) async { await deployment.clusters[cluster].closeConnections() }
    func freeze(_ cluster: Int) async { await deployment.clusters[cluster].freeze() }
}

private struct ServerScenario: ScenarioDeployment {
    /// One server for each cluster, behind a proxy.
    let servers: [NATSServerProcess]
    let proxies: [FaultProxy]

    static func with(_ body: (ServerScenario) async throws -> Void) async throws {
        let configuration = NATSServerConfiguration(
            extra: """
                authorization { users: [ { user: joe, password: secret, permissions: {
                  publish: { deny: "secret.>" }, subscribe: { deny: "secret.>" }
                } } ] }
                no_auth_user: joe
                """
        )
        try await withDeployment(clusters: Backend.names.count, configuration: configuration) { deployment in
            var proxies: [FaultProxy] = []
            for server in deployment.servers { proxies.append(try await FaultProxy.start(to: server.port)) }
            try await body(ServerScenario(servers: deployment.servers, proxies: proxies))
            for proxy in proxies { await proxy.close() }
        }
    }

    func withClient(
        _ change: (inout RouletteConfiguration) -> Void,
        _ body: (RouletteClient) async throws -> Void
    ) async throws {
        var configuration = RouletteConfiguration(
            clusters: zip(Backend.names, proxies).map { .init(name: $0, host: "127.0.0.1", port: $1.port) }
        )
        change(&configuration)
        let client = try RouletteClient(configuration: configuration)
        try await withRunning(client) {
            try await poll(until: "all connections") { client.snapshot().clusters.allSatisfy { $0.state == .up } }
            try await body(client)
        }
    }

    func stop(_ cluster: Int) async {
        servers[cluster].kill()
        proxies[cluster].setRefusing(true)
        await proxies[cluster].closeConnections()
    }

    func start(_ cluster: Int) async throws {
        try await servers[cluster].restart()
        proxies[cluster].setRefusing(false)
    }

    func closeConnections(_ cluster: Int) async { await proxies[cluster].closeConnections() }
    func freeze(_ cluster: Int) async { servers[cluster].pause() }
}
