import Settings
import TerminalUI

/// The distribution of a cluster's connections over the nodes behind the load balancer.
struct NodeSpread {
    let cluster: Int
    /// The nodes with their numbers of connections, the largest number first.
    private let nodes: [(name: String, count: Int)]
    private let isMeshed: Bool
    private let surplus: Int

    /// Creates the distribution; nil if no connection is up.
    init?(_ row: ClusterRow) {
        let servers = row.connections.filter(\.isUp).compactMap(\.server)
        guard !servers.isEmpty else { return nil }
        cluster = row.id
        surplus = row.surplusConnections
        isMeshed = servers.contains { $0.cluster != nil }
        nodes = Dictionary(grouping: servers, by: \.id).values
            .map { (name: $0[0].name, count: $0.count) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// Whether all connections are on one node of a meshed cluster. If this node fails, all of them are lost.
    var isLopsided: Bool { nodes.count == 1 && nodes[0].count > 1 && isMeshed }

    var text: SafeText { surplus > 0 ? "\(distribution), :rebalance moves \(surplus)" : distribution }

    private var distribution: SafeText {
        let name = SafeText(untrusted: nodes[0].name, maximumBytes: 64)
        if nodes.count == 1 {
            return nodes[0].count == 1 ? "1 connection, on \(name)" : "all \(nodes[0].count) connections on one node, \(name)"
        }
        let shown = nodes.prefix(4).map { "\(untrusted: $0.name) \($0.count)" as SafeText }.joined(separator: ", ")
        return nodes.count > 4 ? "\(shown) and \(nodes.count - 4) more nodes" : shown
    }
}
