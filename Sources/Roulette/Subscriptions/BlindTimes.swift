import NATS

/// The time in which a subscription missed what was published on a cluster.
public struct BlindWindow: Sendable, Hashable {
    /// Where messages were missed.
    public let cluster: Cluster
    /// When the last byte came from the server that was lost. Whatever was published since may be missed; a server that fell
    /// silent is noticed some ping intervals later.
    public let from: ContinuousClock.Instant
    /// When a server knew the subscription again.
    public let to: ContinuousClock.Instant

    /// Its length.
    public var duration: Duration { to - from }
}

/// When one subscription was and is blind: what is going on now, and the last windows that are over.
struct BlindTimes: Sendable {
    /// How many windows are kept; the oldest go first.
    static let capacity = 16

    private var began: [Cluster: ContinuousClock.Instant] = [:]
    private(set) var windows: [BlindWindow] = []

    /// Whether messages are being missed now.
    var isBlind: Bool { !began.isEmpty }

    mutating func begin(on cluster: Cluster, at time: ContinuousClock.Instant) {
        // The last byte of a server can be the one that ended the window before.
        let ended = windows.last { $0.cluster == cluster }?.to
        began[cluster] = began[cluster] ?? max(time, ended ?? time)
    }

    /// - Returns: the window that ends here, if one had begun.
    mutating func end(on cluster: Cluster, at time: ContinuousClock.Instant) -> BlindWindow? {
        guard let start = began.removeValue(forKey: cluster) else { return nil }
        let window = BlindWindow(cluster: cluster, from: start, to: time)
        if windows.count == Self.capacity { windows.removeFirst() }
        windows.append(window)
        return window
    }
}
