import DequeModule

/// The rates of one counter, one value per sample, the newest last.
struct RateSeries: Sendable, Hashable {
    /// Five minutes with one sample per second.
    static let capacity = 300

    private(set) var values = Deque<Double>()
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
        if values.count > Self.capacity { values.removeFirst() }
    }

    /// Returns the newest `count` values for a sparkline or graph.
    func newest(_ count: Int) -> [Double?] { values.suffix(count).map(Optional.init) }
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
