import NATS
import Roulette

/// What the console shows of one pooled connection. Plain values, as ``ClusterRow``.
struct ConnectionRow: Sendable, Hashable, Identifiable {
    /// Which connection it is, for as long as the console runs.
    struct ID: Sendable, Hashable {
        /// The cluster's position on the ring.
        let cluster: Int
        let role: ConnectionRole
        /// Its number in the pool, from 0.
        let slot: Int
    }

    let id: ID
    var state = ConnectionSnapshot.State.idle
    /// For how long it has been up, or down.
    var stateDuration: Duration = .zero
    /// Attempts since it was last up.
    var attempt = 0
    /// The time until the next attempt.
    var nextAttempt: Duration?
    var pingMisses = 0
    var maxPingFailure = 2
    /// The server behind the balancer; the last one known, also while disconnected. Untrusted text of the peer.
    var server: ServerIdentity?
    /// Nil for plain text, and while it is down.
    var encryption: TLSStatus?
    /// Whether a login was sent in plain text over a network, unasked.
    var isLoginExposed = false
    var roundTrip: ConnectionSnapshot.RoundTrip?
    var messagesIn: UInt64 = 0
    var messagesOut: UInt64 = 0
    var bytesIn: UInt64 = 0
    var bytesOut: UInt64 = 0
    /// Messages and bytes that wait for the socket.
    var bufferedMessages = 0
    var bufferedBytes = 0
    /// Messages given to the socket that the server has not confirmed.
    var unconfirmed: UInt64 = 0
    /// At most this many messages were lost with lost connections.
    var lost: UInt64 = 0
    /// Messages that the server refused.
    var refused: UInt64 = 0
    /// At most this many messages were received twice.
    var duplicates: UInt64 = 0
    /// How often the connection was made again.
    var reconnects = 0
    /// Messages received and dropped because they were not taken fast enough.
    var dropped: UInt64 = 0
    var subscriptions = 0
    /// Requests that wait for a reply.
    var pendingRequests = 0
    /// Replies that came after their request had timed out or was cancelled.
    var lateReplies: UInt64 = 0
    /// The cause of the last loss or failed attempt; text that may have come from a peer.
    var lastError: String?

    /// Whether messages can be sent.
    var isUp: Bool { state == .connected || state == .stale }
}

/// Which connections to close and open again.
enum ReconnectTarget: Sendable, Hashable {
    case connection(ConnectionRow.ID)
    case cluster(Int)
    case all

    func includes(_ id: ConnectionRow.ID) -> Bool {
        switch self {
        case .connection(let connection): connection == id
        case .cluster(let cluster): cluster == id.cluster
        case .all: true
        }
    }
}
