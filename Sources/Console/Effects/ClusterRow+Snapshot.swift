import Roulette
import RouletteNATS

extension ClusterRow {
    /// Creates the rows of a deployment from the snapshot of the library.
    static func rows(of snapshot: RouletteSnapshot) -> [ClusterRow] {
        snapshot.clusters.map { cluster in
            ClusterRow(cluster, alarms: snapshot.identityAlarms.filter { $0.cluster == cluster.cluster })
        }
    }

    init(_ snapshot: ClusterSnapshot, alarms: [IdentityAlarm] = []) {
        let connections = snapshot.connections.map(\.connection)
        let waiting = connections.filter { !$0.isUp }
        // Round trips of lost connections are shown only if no connection is up.
        let measured = connections.contains(where: \.isUp) ? connections.filter(\.isUp) : connections
        let trips = measured.compactMap(\.roundTrip?.lastMinute)
        let medians = trips.map(\.p50).sorted()
        self.init(
            id: snapshot.cluster.index,
            name: snapshot.cluster.name,
            address: snapshot.cluster.address,
            state: snapshot.state,
            stateDuration: snapshot.stateDuration,
            publishers: Pool(snapshot.connections, role: .publisher),
            subscribers: Pool(snapshot.connections, role: .subscriber),
            roundTripP50: medians.isEmpty ? nil : medians[medians.count / 2],
            roundTripP99: trips.map(\.p99).max(),
            ringShare: snapshot.share,
            subscriptions: snapshot.total(\.subscriptions),
            lost: snapshot.total(\.lost),
            attempt: waiting.map(\.attempt).max() ?? 0,
            nextAttempt: waiting.compactMap(\.nextAttempt).min(),
            pingMisses: connections.map(\.pingMisses).max() ?? 0,
            maxPingFailure: connections.first?.maxPingFailure ?? 0,
            lastError: snapshot.lastError?.message,
            connectionLimit: snapshot.lastError?.connectionLimit,
            maxPayload: connections.compactMap { $0.server?.maxPayload }.min(),
            connections: snapshot.connections.map { ConnectionRow($0, cluster: snapshot.cluster.index) },
            nodes: snapshot.nodes,
            alarms: alarms,
            surplusConnections: snapshot.surplusConnections,
            lossesInLastHour: snapshot.lossesInLastHour,
            idleTimeout: snapshot.idleTimeout,
            canary: snapshot.canary
        )
    }
}

extension ClusterRow.Pool {
    fileprivate init(_ connections: [ClusterSnapshot.Connection], role: ConnectionRole) {
        let pool = connections.filter { $0.role == role }
        self.init(up: pool.count { $0.connection.isUp }, total: pool.count)
    }
}
