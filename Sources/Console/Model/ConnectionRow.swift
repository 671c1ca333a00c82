import NATS
import Roulette

/// The state of one pooled connection. A plain value, like ``ClusterRow``.
struct ConnectionRow: Sendable, Hashable, Identifiable {
    /// The identity of a connection. It stays the same while the console shows a profile.
    struct ID: Sendable, Hashable {
        /// The cluster's position on the ring.
        let cluster: Int
        let role: ConnectionRole
        /// The connection's number in the pool, starting at 0.
        let slot: Int
    }

    let id: ID
    var state = ConnectionSnapshot.State.idle
    /// The time since the connection came up or was lost.
    var stateDuration: Duration = .zero
    /// The number of attempts since the connection was last up.
    var attempt = 0
    /// The time until the next attempt.
    var nextAttempt: Duration?
    var pingMisses = 0
    var maxPingFailure = 2
    /// The server behind the load balancer, or the last known server while disconnected. It contains untrusted text of the peer.
    var server: ServerIdentity?
    /// The encryption; nil for plain text and while the connection is down.
    var encryption: TLSStatus?
    /// Whether a login was sent over a network in plain text although the configuration does not allow it.
    var isLoginExposed = false
    var roundTrip: ConnectionSnapshot.RoundTrip?
    var messagesIn: UInt64 = 0
    var messagesOut: UInt64 = 0
    var bytesIn: UInt64 = 0
    var bytesOut: UInt64 = 0
    /// The messages that wait for the socket.
    var bufferedMessages = 0
    /// The bytes that wait for the socket.
    var bufferedBytes = 0
    /// The messages written to the socket that the server has not confirmed.
    var unconfirmed: UInt64 = 0
    /// The maximum number of messages that were lost with the connection.
    var lost: UInt64 = 0
    /// The messages that the server refused.
    var refused: UInt64 = 0
    /// The maximum number of messages that were received twice.
    var duplicates: UInt64 = 0
    /// The number of successful reconnects.
    var reconnects = 0
    /// The received messages that were dropped because the consumer was too slow.
    var dropped: UInt64 = 0
    var subscriptions = 0
    /// The requests that wait for a reply.
    var pendingRequests = 0
    /// The replies that arrived after their request had timed out or was canceled.
    var lateReplies: UInt64 = 0
    /// The cause of the last loss or failed attempt. It can contain text of a peer.
    var lastError: String?

    /// Whether messages can be sent.
    var isUp: Bool { state == .connected || state == .stale }
}

/// The connections to close and open again.
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
