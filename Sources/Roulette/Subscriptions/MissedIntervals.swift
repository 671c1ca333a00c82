/// When one subscription missed messages: the intervals under way, and the last ones that have ended.
struct MissedIntervals: Sendable {
    /// How many ended intervals are kept; the oldest go first.
    static let capacity = 16

    private var began: [Cluster: ContinuousClock.Instant] = [:]
    private(set) var ended: [MissedInterval] = []

    /// Whether messages are being missed now.
    var isMissing: Bool { !began.isEmpty }

    mutating func begin(on cluster: Cluster, at time: ContinuousClock.Instant) {
        // The last byte of a server can be the one that ended the interval before.
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
