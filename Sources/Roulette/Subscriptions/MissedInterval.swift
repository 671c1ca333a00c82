import RouletteNATS

/// An interval in which a subscription missed the messages of a cluster.
public struct MissedInterval: Sendable, Hashable {
    /// The cluster whose messages were missed.
    public let cluster: Cluster
    /// The time of the last byte from the lost server. All messages published since then may be missed. A server that stops
    /// responding is detected a few ping intervals later.
    public let from: ContinuousClock.Instant
    /// The time when a server had the subscription again.
    public let to: ContinuousClock.Instant

    /// The length of the interval.
    public var duration: Duration { to - from }
}
