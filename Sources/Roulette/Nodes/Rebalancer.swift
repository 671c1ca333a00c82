import RouletteNATS

/// Moves connections to servers that came back. See ``RouletteConfiguration/rebalances``.
struct Rebalancer: Sendable {
    /// The time between two looks at the connections.
    private static let interval: Duration = .seconds(5)

    let clock: TimeSource
    /// Returns the spread of all clusters.
    let spreads: @Sendable () -> [PoolSpread]
    let move: @Sendable (PooledConnectionID) -> Void

    /// Runs until the task is canceled.
    func run() async {
        var schedule = RebalanceSchedule()
        let start = clock.instant()
        while (try? await clock.sleep(Self.interval)) != nil {
            if let connection = schedule.next(spreads(), at: clock.instant() - start) { move(connection) }
        }
    }
}
