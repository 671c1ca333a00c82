import CommandSupport
import Logging
import NATSMonitoring
import Roulette
import RouletteNATS
import Settings

/// What asks the servers of each cluster of a profile about themselves, over the system account or at the monitoring URLs.
struct ServerMonitors: Sendable {
    /// The maximum time to wait for the connections of the system account.
    private static let connectionLimit = Duration.seconds(5)

    /// The monitors in ring order. Those of clusters without a source have none.
    let clusters: [ClusterMonitor]

    /// Connects to the system account, if the profile has a login, while `body` runs.
    ///
    /// - Throws: `SettingsError` if a user of the system account has no password.
    static func with<Result: Sendable>(
        _ profile: Profile,
        _ body: @Sendable (ServerMonitors) async throws -> Result
    ) async throws -> Result {
        let systems = try RouletteConfiguration.systemConnections(of: profile, connectionName: "roulette command").map {
            try $0.map { try NATSClient(configuration: $0, logger: .silent) }
        }
        let clients = systems.compactMap(\.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.run() } }
            defer { for client in clients { client.close() } }
            return try await body(ServerMonitors(profile, systems))
        }
    }

    private init(_ profile: Profile, _ systems: [NATSClient?]) {
        let start = ContinuousClock.now
        self.systems = systems
        clusters = profile.servers.enumerated().map { index, server in
            let urls = server.monitors.map { endpoint in
                var monitor = ServerMonitor(endpoint: endpoint)
                monitor.tls = server.tls ?? profile.tls
                return monitor
            }
            return ClusterMonitor(
                system: systems[index].map { SystemAccountMonitor(client: $0) },
                urls: urls,
                now: { ContinuousClock.now - start }
            )
        }
    }

    private let systems: [NATSClient?]

    /// Returns the monitor of a cluster when its connection of the system account is established, or cannot be.
    func ready(_ cluster: Int) async -> ClusterMonitor {
        try? await systems[cluster]?.waitUntilConnected(timeout: Self.connectionLimit)
        return clusters[cluster]
    }
}
