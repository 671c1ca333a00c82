import DequeModule

/// The rates of one counter, one value per sample, the newest last.
struct RateSeries: Sendable, Hashable {
    /// A quarter of an hour with one sample per second.
    static let capacity = 900

    private(set) var values = Deque<Double>()
    /// The number of samples since the start.
    private(set) var sampleCount = 0
    private var sampled: UInt64 = 0

    /// The newest rate per second.
    var current: Double { values.last ?? 0 }

    /// Adds the rate since the last sample.
    /// - Parameters:
    ///   - total: The current counter, which never decreases.
    ///   - elapsed: The measured time since the last sample in seconds.
    mutating func sample(total: UInt64, elapsed: Double) {
        values.append(Double(total - sampled) / elapsed)
        sampled = total
        sampleCount += 1
        if values.count > Self.capacity { values.removeFirst() }
    }

    /// Returns the newest `count` values for a sparkline or graph.
    func newest(_ count: Int) -> [Double?] { values.suffix(count).map(Optional.init) }

    /// Returns the means of groups of samples, the newest last; nil for groups without a sample. A sample stays in its group as
    /// new ones arrive, so that a graph only moves.
    /// - Parameters:
    ///   - size: The number of samples in a group.
    ///   - count: The number of groups.
    func means(of size: Int, newest count: Int) -> [Double?] {
        guard size > 1, count > 0 else { return newest(max(0, count)) }
        let first = sampleCount - values.count
        let newest = (sampleCount - 1) / size
        return (max(0, newest - count + 1)...newest).map { group in
            let (start, end) = (max(first, group * size), min(sampleCount, (group + 1) * size))
            guard start < end else { return nil }
            let range = start..<end
            return range.reduce(0) { $0 + values[$1 - first] } / Double(range.count)
        }
    }
}

/// The counted messages of one cluster.
struct ClusterTraffic: Sendable, Hashable {
    var messagesIn: UInt64 = 0
    var bytesIn: UInt64 = 0
    var messagesOut: UInt64 = 0
    var bytesOut: UInt64 = 0
    var rateIn = RateSeries()
    var rateOut = RateSeries()
    var byteRateIn = RateSeries()

    mutating func sample(elapsed: Double) {
        rateIn.sample(total: messagesIn, elapsed: elapsed)
        rateOut.sample(total: messagesOut, elapsed: elapsed)
        byteRateIn.sample(total: bytesIn, elapsed: elapsed)
    }
}
