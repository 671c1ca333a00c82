/// Decides which connection moves when, so that servers that came back get connections again.
///
/// Connections move one at a time, and only after a server came back: a load balancer that chooses servers at random does not
/// keep the pools even, and connections would move forever.
struct RebalanceSchedule {
    /// The shortest time between two moves of a client.
    static let interval: Duration = .seconds(60)
    /// The number of moves for each connection of a cluster, after which the spread stays as it is until a server comes back.
    static let movesPerConnection = 2

    private struct ClusterState {
        /// The addresses that were announced last, or nil before the first time.
        var announced: Set<String>?
        /// The number of moves that are left.
        var moves = 0

        mutating func update(_ spread: PoolSpread) {
            // Nothing is announced while no connection is up.
            guard !spread.announced.isEmpty else { return }
            if let announced, !spread.announced.isSubset(of: announced) {
                moves = RebalanceSchedule.movesPerConnection * spread.connections.count
            }
            announced = spread.announced
        }
    }

    private var clusters: [Int: ClusterState] = [:]
    private var movedAt: Duration?

    /// Takes in the spread of all clusters.
    ///
    /// - Parameter now: The time on a clock of the caller.
    /// - Returns: The connection to move now, or nil.
    mutating func next(_ spreads: [PoolSpread], at now: Duration) -> PooledConnectionID? {
        for (index, spread) in spreads.enumerated() { clusters[index, default: ClusterState()].update(spread) }
        if let movedAt, now - movedAt < Self.interval { return nil }
        for (index, spread) in spreads.enumerated() where spread.isComplete && clusters[index, default: ClusterState()].moves > 0 {
            guard let connection = spread.surplus.first(where: \.isConfirmed) else {
                if spread.surplus.isEmpty { clusters[index]?.moves = 0 }
                continue
            }
            clusters[index]?.moves -= 1
            movedAt = now
            return connection.id
        }
        return nil
    }
}
