import NATSMonitoring
import Roulette

/// A server of a cluster: what INFO says about it, and what it says about itself.
struct NodeRow: Sendable, Identifiable {
    struct ID: Sendable, Hashable {
        /// The cluster's position on the ring.
        let cluster: Int
        /// The address of the server, or else its id; empty for sources without an answer.
        let server: String
    }

    let id: ID
    /// What INFO says; nil if the server is only known from monitoring.
    let node: ClusterNode?
    /// What it said about itself; nil if it has not answered.
    let monitored: ServerRow?
    /// The name that other servers call it; nil if it is known otherwise.
    var otherName: String?

    /// The cluster's position on the ring.
    var cluster: Int { id.cluster }

    /// The name of the server, or else its address; nil if neither is known.
    var name: String? { monitored?.status?.name ?? otherName ?? node?.label }

    /// Whether ``name`` is not an address.
    var hasName: Bool { monitored?.status != nil || node?.server != nil || otherName != nil }

    /// The connections of the console to the server.
    var ownConnections: Int? { node?.connections }
}

extension NodeRow {
    fileprivate init(_ cluster: Int, _ node: ClusterNode, _ monitored: ServerRow?) {
        self.init(
            id: ID(cluster: cluster, server: node.address ?? node.server?.id ?? ""),
            node: node,
            monitored: monitored
        )
    }
}

/// The servers of one cluster.
struct NodeGroup: Sendable {
    let cluster: ClusterRow
    /// What the servers say about themselves.
    let monitoring: ClusterMonitoring
    private(set) var nodes: [NodeRow]

    init(_ cluster: ClusterRow, _ monitoring: ClusterMonitoring) {
        self.cluster = cluster
        self.monitoring = monitoring
        let reading = monitoring.reading
        var answered = reading.nodes.isEmpty ? [] : monitoring.rows
        var unread = reading.unread
        var rows: [NodeRow] = []
        // Servers that INFO knows by their addresses only, because no connection leads to them.
        var addresses: [ClusterNode] = []
        for node in cluster.nodes.all {
            unread.removeAll { $0.id == node.server?.id }
            if let match = answered.firstIndex(where: { $0.isFrom(node) }) {
                rows.append(NodeRow(cluster.id, node, answered.remove(at: match)))
            } else if node.server == nil {
                addresses.append(node)
            } else {
                rows.append(NodeRow(cluster.id, node, nil))
            }
        }
        // Servers that listen on all interfaces do not know their addresses. Any of these is one of the others.
        rows += answered.map { row in
            let isThere = row.state != .unreachable
            let index = addresses.firstIndex { ($0.state != .gone) == isThere } ?? addresses.indices.first
            let address = index.map { addresses.remove(at: $0) }
            return NodeRow(id: .init(cluster: cluster.id, server: row.id.server ?? ""), node: address, monitored: row)
        }
        rows += unread.compactMap { server in
            let address = addresses.firstIndex { $0.state != .gone }.map { addresses.remove(at: $0) }
            guard address != nil || cluster.nodes.all.allSatisfy({ $0.server != nil }) else { return nil }
            let name = server.name == server.id && address != nil ? nil : server.name
            return NodeRow(
                id: .init(cluster: cluster.id, server: server.id),
                node: address,
                monitored: nil,
                otherName: name
            )
        }
        rows += addresses.map { NodeRow(cluster.id, $0, nil) }
        if reading.nodes.isEmpty {
            let unanswered = ServerRow(unanswered: monitoring)
            if rows.isEmpty {
                rows = [NodeRow(id: .init(cluster: cluster.id, server: ""), node: nil, monitored: unanswered)]
            } else if rows.count == 1, unanswered.state != .unknown {
                rows[0] = NodeRow(id: rows[0].id, node: rows[0].node, monitored: unanswered)
            }
        }
        // Addresses come after names.
        func key(_ row: NodeRow) -> (Int, String, String) { (row.hasName ? 0 : 1, row.name ?? "", row.id.server) }
        nodes = rows.sorted { key($0) < key($1) }
    }

    /// Returns the cluster with the servers that match; nil if none does.
    func filtered(_ matches: (NodeRow) -> Bool) -> NodeGroup? {
        var group = self
        group.nodes = nodes.filter(matches)
        return group.nodes.isEmpty ? nil : group
    }

    /// The connections of the console to the servers.
    var ownConnections: Int { nodes.reduce(0) { $0 + ($1.ownConnections ?? 0) } }

    /// The number of servers that are not gone.
    var present: Int { nodes.count { $0.node?.state != .gone } }
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
        clusters.filter { servers.clusters.indices.contains($0.id) }.map { NodeGroup($0, servers.clusters[$0.id]) }
    }
}
