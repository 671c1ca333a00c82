import NATSMonitoring
import Roulette

/// A server of a cluster: what INFO says about it, and what its monitoring URL answers.
struct NodeRow: Sendable, Identifiable {
    struct ID: Sendable, Hashable {
        /// The cluster's position on the ring.
        let cluster: Int
        /// The address of the server, or else its id; empty for a monitoring URL whose server is unknown.
        let server: String
    }

    let id: ID
    /// What INFO says; nil if only the monitoring URL is known.
    let node: ClusterNode?
    /// The answers of the monitoring URL of the cluster, if they are from this server.
    let monitored: ServerRow?

    /// The cluster's position on the ring.
    var cluster: Int { id.cluster }

    /// The name of the server, or else its address; nil if neither is known.
    var name: String? { monitored?.status?.name ?? node?.label }

    /// Whether ``name`` is not an address.
    var hasName: Bool { monitored?.status != nil || node?.server != nil }

    /// The connections of the console to the server.
    var ownConnections: Int? { node?.connections }
}

/// The servers of one cluster.
struct NodeGroup: Sendable {
    let cluster: ClusterRow
    private(set) var nodes: [NodeRow]

    /// - Parameter monitored: The answers of the cluster's monitoring URL.
    init(_ cluster: ClusterRow, monitored: ServerRow?) {
        self.cluster = cluster
        let match = cluster.nodes.all.firstIndex { monitored?.isFrom($0) ?? false }
        var rows = cluster.nodes.all.enumerated().map { index, node in
            NodeRow(
                id: .init(cluster: cluster.id, server: node.address ?? node.server?.id ?? ""),
                node: node,
                monitored: index == match ? monitored : nil
            )
        }
        if let monitored, match == nil, rows.isEmpty || monitored.monitor != nil {
            rows.append(NodeRow(id: .init(cluster: cluster.id, server: ""), node: nil, monitored: monitored))
        }
        nodes = rows
    }

    /// Returns the cluster with the servers that match; nil if none does.
    func filtered(_ matches: (NodeRow) -> Bool) -> NodeGroup? {
        var group = self
        group.nodes = nodes.filter(matches)
        return group.nodes.isEmpty ? nil : group
    }

    /// The connections of the console to the servers.
    var ownConnections: Int { nodes.reduce(0) { $0 + ($1.ownConnections ?? 0) } }
}

extension ServerRow {
    /// Whether the answers are from a server. A server that was restarted has a new id.
    fileprivate func isFrom(_ node: ClusterNode) -> Bool {
        guard let status else { return false }
        if let server = node.server { return server.id == status.id || server.name == status.name }
        return node.address == "\(status.host):\(status.port)"
    }
}

extension DashboardData {
    /// The servers of all clusters.
    var nodeGroups: [NodeGroup] {
        clusters.map { cluster in NodeGroup(cluster, monitored: servers.rows.first { $0.id == cluster.id }) }
    }
}
