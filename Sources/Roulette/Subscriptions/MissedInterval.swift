import NATS

/// The time in which a subscription missed what was published on a cluster.
public struct MissedInterval: Sendable, Hashable {
    /// The cluster whose messages were missed.
    public let cluster: Cluster
    /// When the last byte came from the server that was lost. Everything published since then may be missed. A server that
    /// falls silent is noticed a few ping intervals later.
    public let from: ContinuousClock.Instant
    /// When a server knew the subscription again.
    public let to: ContinuousClock.Instant

    /// The length of the interval.
    public var duration: Duration { to - from }
}
