import Settings
import TerminalUI

/// The nodes behind the balancer that the connections of a cluster are on.
struct NodeSpread {
    let cluster: Int
    /// The nodes with how many connections each has, the most first.
    private let nodes: [(name: String, count: Int)]
    private let isMeshed: Bool

    /// Nil while no connection is up.
    init?(_ row: ClusterRow) {
        let servers = row.connections.filter(\.isUp).compactMap(\.server)
        guard !servers.isEmpty else { return nil }
        cluster = row.id
        isMeshed = servers.contains { $0.cluster != nil }
        nodes = Dictionary(grouping: servers, by: \.id).values
            .map { (name: $0[0].name, count: $0.count) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// Whether several connections of a cluster of several servers are all on the same one: if that node fails, all of them are lost.
    var isLopsided: Bool { nodes.count == 1 && nodes[0].count > 1 && isMeshed }

    var text: SafeText {
        let name = SafeText(untrusted: nodes[0].name, maximumBytes: 64)
        if nodes.count == 1 {
            return nodes[0].count == 1 ? "1 connection, on \(name)" : "all \(nodes[0].count) connections on one node, \(name)"
        }
        let shown = nodes.prefix(4).map { "\(untrusted: $0.name) \($0.count)" as SafeText }.joined(separator: ", ")
        return nodes.count > 4 ? "\(shown) and \(nodes.count - 4) more nodes" : shown
    }
}
