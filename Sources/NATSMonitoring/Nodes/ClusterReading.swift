/// The servers of one cluster together: those that answered, and those that are only known by name.
package struct ClusterReading: Sendable {
    /// A server that is known without an answer of its own.
    package struct Unread: Sendable, Hashable, Identifiable {
        package let id: String
        /// Its name, or its id if the name is not known.
        package let name: String
    }

    /// The servers that have answered, sorted by name.
    package let nodes: [NodeReading]
    /// The servers that have not answered, sorted by name.
    package let unread: [Unread]
    /// The routes between the servers.
    package let mesh: RouteMesh

    /// - Parameters:
    ///   - readings: The answers.
    ///   - present: The servers that are known to be up for another reason, such as a connection to them: name by id.
    package init(_ readings: NodeReadings, present: [String: String]) {
        nodes = readings.nodes
        var others = present
        for node in nodes where node.hasCurrentRoutes {
            for route in node.routes?.routes ?? [] where others[route.remoteID] == nil {
                others[route.remoteID] = route.remoteName.isEmpty ? route.remoteID : route.remoteName
            }
        }
        let answered = Set(nodes.map(\.id))
        unread = others.filter { !answered.contains($0.key) && !readings.wasRestarted($0.key) }
            .map { Unread(id: $0.key, name: $0.value) }
            .sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        mesh = RouteMesh(nodes: nodes, unread: unread, present: present)
    }

    /// The number of known servers.
    package var count: Int { nodes.count + unread.count }

    /// The number of servers with rates, and the sum of these.
    package var rates: (sum: ServerRates, known: Int) {
        nodes.reduce((ServerRates(), 0)) { result, node in
            node.clientRates.map { (result.0 + $0, result.1 + 1) } ?? result
        }
    }

    /// Whether ``rates`` include messages between servers, because the routes of some server could not be read.
    package var ratesIncludeRoutes: Bool {
        count > 1 && nodes.contains { $0.clientRates != nil && $0.includesRoutes }
    }
}
