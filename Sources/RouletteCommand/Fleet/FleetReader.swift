import CommandSupport
import Logging
import NATS
import NATSMonitoring
import Operations
import Roulette
import Settings

/// Reads which connections all servers of a deployment have, over the system account or at the monitoring URLs of the profile.
struct FleetReader {
    /// What could be read.
    struct Result: Sendable {
        var listings: [Fleet.Listing] = []
        /// Why servers or clusters are missing.
        var problems: [String] = []
    }

    /// The maximum number of connections to read from one server.
    static let maximumConnections = 65_536
    /// The maximum time to wait for the connection of the system account.
    private static let connectionLimit = Duration.seconds(5)

    private let profile: Profile
    private let systemConnections: [NATSClientConfiguration?]

    /// - Throws: `SettingsError` if a user of the system account has no password.
    init(_ profile: Profile) throws {
        self.profile = profile
        systemConnections = try RouletteConfiguration.systemConnections(of: profile, connectionName: "roulette command")
    }

    /// Reads all clusters at the same time.
    func read() async throws -> Result {
        let parts = try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for index in profile.servers.indices { group.addTask { (index, try await read(index)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return profile.servers.indices.compactMap { parts[$0] }.reduce(into: Result()) { sum, part in
            sum.listings += part.listings
            sum.problems += part.problems
        }
    }

    private func read(_ cluster: Int) async throws -> Result {
        guard let configuration = systemConnections[cluster] else { return await read(cluster, system: nil) }
        let client = try NATSClient(configuration: configuration, logger: .silent)
        async let running: Void = client.run()
        try? await client.waitUntilConnected(timeout: Self.connectionLimit)
        let result = await read(cluster, system: SystemAccountMonitor(client: client))
        client.close()
        await running
        return result
    }

    private func read(_ cluster: Int, system: SystemAccountMonitor?) async -> Result {
        var result = Result()
        let label = profile.servers[cluster].label
        let urls = profile.servers[cluster].monitors.map { endpoint in
            var monitor = ServerMonitor(endpoint: endpoint)
            monitor.tls = profile.servers[cluster].tls ?? profile.tls
            return monitor
        }
        let start = ContinuousClock.now
        let monitor = ClusterMonitor(system: system, urls: urls, now: { ContinuousClock.now - start })
        guard monitor.hasSources else {
            result.problems.append("\(label): set monitor or system_credentials in the profile, so that its servers can be asked")
            return result
        }
        var found: Set<String> = []
        for answer in await monitor.ask(ClusterMonitor.Question()) {
            found.formUnion(answer.nodes.map { $0.status.id })
            if let failure = answer.failure { result.problems.append("\(label): \(failure.message)") }
        }
        var query = ConnectionQuery()
        query.limit = Self.maximumConnections
        for node in found.sorted() {
            do {
                let list = try await monitor.connections(of: node, query, among: found.count)
                result.listings.append(Fleet.Listing(cluster: cluster, list: list))
            } catch {
                result.problems.append("\(label): the connections of the server \(node) are not known: \(error.message)")
            }
        }
        return result
    }
}
