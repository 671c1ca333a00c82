/// How the connections of a client are spread over the servers of a cluster.
struct PoolSpread {
    /// A connection that is up.
    struct Connection: Hashable {
        let id: PooledConnectionID
        /// The id of the server at its other end.
        let serverID: String
        /// Whether the server has confirmed everything that was published on the connection.
        let isConfirmed: Bool
    }

    /// The number of servers that are not gone; 0 if it is not known.
    let servers: Int
    /// The addresses that the servers announce.
    let announced: Set<String>
    /// The connections that are up.
    let connections: [Connection]
    /// How often connections of the pools were established again, or moved.
    let reconnects: Int
    /// Whether all connections of the pools are up, and all of them lead to this cluster.
    let isComplete: Bool

    /// The connections that would have to move to other servers, so that no server has more than its even share.
    ///
    /// A load balancer chooses the server of a new connection, so a moved connection may return to the same server.
    var surplus: [Connection] {
        guard servers > 1 else { return [] }
        let share = (connections.count + servers - 1) / servers
        let byServer = Dictionary(grouping: connections, by: \.serverID)
        // The fullest server first, and on each the last connections of the pools.
        return byServer.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            .flatMap { $0.value.dropFirst(share).reversed() }
    }
}

extension PoolSpread {
    init(_ cluster: ClusterSnapshot) {
        let up = cluster.connections.filter { $0.connection.isUp && $0.serverCluster == cluster.cluster }
        // Of servers without a known address, each may have announced several.
        let withoutAddress = cluster.nodes.all.count { $0.address == nil }
        let isKnown = cluster.nodes.unmatchedAddresses.count <= withoutAddress
        servers = isKnown ? cluster.nodes.total - cluster.nodes.gone : 0
        announced = Set(cluster.nodes.all.filter { $0.state == .present }.compactMap(\.address))
            .union(cluster.nodes.unmatchedAddresses)
        connections = up.compactMap { connection in
            guard let server = connection.connection.server, !server.id.isEmpty else { return nil }
            return Connection(
                id: PooledConnectionID(cluster: cluster.cluster, role: connection.role, slot: connection.slot),
                serverID: server.id,
                isConfirmed: connection.connection.unconfirmed == 0 && connection.connection.bufferedMessages == 0
            )
        }
        reconnects = cluster.total(\.reconnects)
        isComplete = up.count == cluster.connections.count
    }
}

extension ClusterSnapshot {
    /// The number of connections that would have to move to other servers, so that no server of the cluster has more than its
    /// even share. It is 0 if the number of servers is not known: servers that listen on all interfaces may announce several
    /// addresses each. ``RouletteClient/rebalance(cluster:)`` moves them.
    public var surplusConnections: Int { PoolSpread(self).surplus.count }
}

extension RouletteClient {
    /// Moves connections from servers that have more than their even share, for example after a server came back.
    ///
    /// They move as with ``reconnect(cluster:role:slot:hard:)``: no message is lost, and no subscription ends. The load balancer
    /// chooses the server of a new connection, so more than one call may be necessary. ``RouletteConfiguration/rebalances`` does
    /// this without a call.
    ///
    /// A server that has just started may have no routes to some servers of its cluster yet, so do not call this within the first
    /// seconds after it came back.
    ///
    /// - Parameter cluster: If given, only the connections to this cluster.
    /// - Returns: The number of connections that move.
    @discardableResult
    public func rebalance(cluster: Cluster? = nil) -> Int {
        let surplus = snapshot().clusters.filter { cluster == nil || $0.cluster == cluster }.flatMap { PoolSpread($0).surplus }
        for connection in surplus { move(connection.id) }
        return surplus.count
    }

    /// Moves one connection to another server.
    func move(_ id: PooledConnectionID) {
        reconnect(cluster: id.cluster, role: id.role, slot: id.slot)
    }
}
