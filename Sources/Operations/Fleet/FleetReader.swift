import ConsistentHashing
package import NATSMonitoring

/// Reads which connections all servers of a deployment have. The lists are added up as they arrive, because they can be long.
package struct FleetReader: Sendable {
    /// What could be read.
    package struct Reading: Sendable {
        package fileprivate(set) var census = FleetCensus()
        /// Why servers or clusters are missing.
        package fileprivate(set) var problems: [String] = []
    }

    /// The maximum number of connections to read from one server.
    private static let maximumConnections = 65_536
    /// The number of clusters that are read at the same time.
    private static let parallelClusters = 4

    private let labels: [String]
    private let monitor: @Sendable (Int) async -> ClusterMonitor

    /// - Parameters:
    ///   - labels: The names of the clusters in ring order.
    ///   - monitor: Returns what asks the servers of a cluster.
    package init(labels: [String], monitor: @escaping @Sendable (Int) async -> ClusterMonitor) {
        (self.labels, self.monitor) = (labels, monitor)
    }

    /// Reads all clusters.
    package func read() async -> Reading {
        await withTaskGroup(of: (Int, Reading).self) { group in
            var (sum, problems) = (Reading(), [Int: [String]]())
            var rest = labels.indices.makeIterator()
            for _ in 0..<Self.parallelClusters {
                guard let index = rest.next() else { break }
                group.addTask { (index, await read(index)) }
            }
            while let (index, reading) = await group.next() {
                sum.census.add(reading.census)
                problems[index] = reading.problems
                guard let next = rest.next() else { continue }
                group.addTask { (next, await read(next)) }
            }
            sum.problems = labels.indices.flatMap { problems[$0] ?? [] }
            return sum
        }
    }

    private func read(_ cluster: Int) async -> Reading {
        var reading = Reading()
        let label = labels[cluster]
        let monitor = await self.monitor(cluster)
        guard monitor.hasSources else {
            let advice = "set monitor or system_credentials in the profile, so that its servers can be asked"
            reading.problems.append("\(label): \(advice)")
            return reading
        }
        let servers = await self.servers(of: monitor)
        reading.problems += servers.problems.map { "\(label): \($0)" }
        var query = ConnectionQuery()
        query.limit = Self.maximumConnections
        for server in servers.ids.sorted() {
            do {
                let list = try await monitor.connections(of: server, query, among: servers.ids.count)
                reading.census.add(list, cluster: cluster)
            } catch {
                reading.problems.append("\(label): the connections of the server \(server) are not known: \(error.message)")
            }
        }
        return reading
    }

    /// Asks until as many servers have answered as their routes say, because a balanced URL leads to one of them at a time.
    private func servers(of monitor: ClusterMonitor) async -> (ids: Set<String>, problems: [String]) {
        var readings = NodeReadings()
        var problems: [String] = []
        for _ in 0..<3 {
            var question = ClusterMonitor.Question()
            question.count = ClusterReading(readings, present: [:]).count
            question.reach = (0..<monitor.urlCount).map { readings.reach(of: .url($0)) }
            problems = []
            for answer in await monitor.ask(question) {
                for node in answer.nodes { readings.record(node, from: answer.source) }
                if let failure = answer.failure { problems.append(failure.message) }
            }
            if !readings.nodes.isEmpty, ClusterReading(readings, present: [:]).unread.isEmpty { break }
        }
        return (Set(readings.nodes.map(\.id)), problems)
    }
}
