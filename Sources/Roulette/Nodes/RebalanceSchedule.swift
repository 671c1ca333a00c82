/// Decides which connection moves when, so that servers that came back get connections again.
///
/// Connections move one at a time, and only for a while after a server was added or connections were made: a load balancer that
/// chooses servers at random does not keep the pools even, and connections would move forever.
struct RebalanceSchedule {
    /// The shortest time between two moves of a client.
    static let interval: Duration = .seconds(60)
    /// The time after a change in which nothing moves: a server that has just started has no routes to some servers yet, and
    /// messages published there would not reach their clients.
    static let settling: Duration = .seconds(10)
    /// The number of moves for each connection of a cluster, after which the spread stays as it is until something changes.
    static let movesPerConnection = 2

    private struct ClusterState {
        /// The addresses that were announced last, or nil before the first time.
        var announced: Set<String>?
        /// The highest number of reconnects that this schedule did not cause.
        var otherReconnects = 0
        /// The moves that this schedule has caused.
        var ownMoves = 0
        /// The number of moves that are left.
        var moves = 0
        var changedAt: Duration = .zero

        mutating func update(_ spread: PoolSpread, at now: Duration) {
            // Nothing is announced while no connection is up.
            guard !spread.announced.isEmpty else { return }
            let isGrown = announced.map { !spread.announced.isSubset(of: $0) } ?? false
            let reconnects = spread.reconnects - ownMoves
            // A restart may be so fast that the other servers never stop announcing the server.
            if isGrown || reconnects > otherReconnects {
                moves = RebalanceSchedule.movesPerConnection * spread.connections.count
                changedAt = now
            }
            announced = spread.announced
            otherReconnects = max(otherReconnects, reconnects)
        }
    }

    private var clusters: [Int: ClusterState] = [:]
    private var movedAt: Duration?

    /// Takes in the spread of all clusters.
    ///
    /// - Parameter now: The time on a clock of the caller.
    /// - Returns: The connection to move now, or nil.
    mutating func next(_ spreads: [PoolSpread], at now: Duration) -> PooledConnectionID? {
        for (index, spread) in spreads.enumerated() { clusters[index, default: ClusterState()].update(spread, at: now) }
        if let movedAt, now - movedAt < Self.interval { return nil }
        for (index, spread) in spreads.enumerated() where spread.isComplete {
            guard var state = clusters[index], state.moves > 0, now - state.changedAt >= Self.settling else { continue }
            defer { clusters[index] = state }
            guard let connection = spread.surplus.first(where: \.isConfirmed) else {
                if spread.surplus.isEmpty { state.moves = 0 }
                continue
            }
            state.moves -= 1
            state.ownMoves += 1
            movedAt = now
            return connection.id
        }
        return nil
    }
}
