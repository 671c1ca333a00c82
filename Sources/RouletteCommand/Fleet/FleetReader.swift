import NATSMonitoring
import Operations

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
    private let labels: [String]
    private let monitors: ServerMonitors

    /// - Parameter labels: The names of the clusters in ring order.
    init(_ monitors: ServerMonitors, labels: [String]) {
        (self.monitors, self.labels) = (monitors, labels)
    }

    /// Reads all clusters at the same time.
    func read() async -> Result {
        let parts = await withTaskGroup(of: (Int, Result).self) { group in
            for index in labels.indices { group.addTask { (index, await read(index)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return labels.indices.compactMap { parts[$0] }.reduce(into: Result()) { sum, part in
            sum.listings += part.listings
            sum.problems += part.problems
        }
    }

    private func read(_ cluster: Int) async -> Result {
        var result = Result()
        let label = labels[cluster]
        let monitor = await monitors.ready(cluster)
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
