/// The intervals in which a subscription missed messages: those in progress, and the last ones that have ended.
struct MissedIntervals: Sendable {
    /// The maximum number of ended intervals. The oldest are removed first.
    static let capacity = 16

    private var began: [Cluster: ContinuousClock.Instant] = [:]
    private(set) var ended: [MissedInterval] = []

    /// Whether the subscription currently misses messages.
    var isMissing: Bool { !began.isEmpty }

    mutating func begin(on cluster: Cluster, at time: ContinuousClock.Instant) {
        // The last byte of the server can be older than the end of the previous interval, and intervals must not overlap.
        let previousEnd = ended.last { $0.cluster == cluster }?.to
        began[cluster] = began[cluster] ?? max(time, previousEnd ?? time)
    }

    /// - Returns: The interval that ends here, if one had begun.
    mutating func end(on cluster: Cluster, at time: ContinuousClock.Instant) -> MissedInterval? {
        guard let start = began.removeValue(forKey: cluster) else { return nil }
        let interval = MissedInterval(cluster: cluster, from: start, to: time)
        if ended.count == Self.capacity { ended.removeFirst() }
        ended.append(interval)
        return interval
    }
}
