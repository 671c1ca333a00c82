import Roulette

/// What the console shows of one cluster. Plain values, so that every view can be drawn without a client.
struct ClusterRow: Sendable, Hashable, Identifiable {
    /// The connections of one role.
    struct Pool: Sendable, Hashable {
        var up = 0
        var total = 0
    }

    /// Its position on the ring.
    var id: Int
    /// The configured name or the address.
    var name: String
    /// `host:port` of its load balancer.
    var address: String
    var state = ClusterSnapshot.State.connecting
    /// For how long it has been in this state.
    var stateDuration: Duration = .zero
    var publishers = Pool()
    var subscribers = Pool()
    /// The middle of the connections' median round trips of the last minute.
    var roundTripP50: Duration?
    /// The worst of the connections' 99th percentiles of the last minute.
    var roundTripP99: Duration?
    /// Its part of the key space, 0 to 1.
    var ringShare = 0.0
    /// Subscriptions of all its connections.
    var subscriptions = 0
    /// At most this many published messages were lost with lost connections.
    var lost: UInt64 = 0
    /// The most attempts that any of its connections has made since it was lost.
    var attempt = 0
    /// The time until the first of its connections tries again.
    var nextAttempt: Duration?
    /// The most PINGs in a row that one of its connections got no answer to.
    var pingMisses = 0
    /// At this many a connection counts as lost.
    var maxPingFailure = 2
    /// The cause of the last loss or failed attempt; text that may have come from a peer.
    var lastError: String?
    /// The largest payload its server takes, headers included, once one has answered.
    var maxPayload: Int?
    /// The pool: publishers, then subscribers.
    var connections: [ConnectionRow] = []

    /// Whether a message can be sent there now.
    var isReachable: Bool {
        switch state {
        case .up, .degraded, .stale: true
        case .connecting, .down: false
        }
    }
}
