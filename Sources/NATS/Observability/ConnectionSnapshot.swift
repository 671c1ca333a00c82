/// Everything known about one connection at one moment.
public struct ConnectionSnapshot: Sendable {
    /// What the connection is doing.
    public enum State: Sendable, Hashable {
        /// Not started.
        case idle
        /// TCP is being set up.
        case connecting
        /// TCP stands, the handshake is under way.
        case handshaking
        /// Up, and the server answers.
        case connected
        /// Up, but nothing was received for one or more ping intervals.
        case stale
        /// Lost; waiting for the next attempt.
        case reconnecting
        /// Closed for good.
        case closed
    }

    /// Round-trip times of PINGs since the connection was made.
    public struct RoundTrip: Sendable, Hashable {
        /// Half of the PINGs were answered within this time.
        public let p50: Duration
        /// 99 of 100 PINGs were answered within this time.
        public let p99: Duration
        /// The most recent one.
        public let last: Duration
        /// How many were measured.
        public let count: Int
    }

    /// What the connection is doing.
    public let state: State
    /// For how long it has been up (connected or stale), or down (everything else).
    public let stateDuration: Duration
    /// Attempts since it was last up, 0 while it is up.
    public let attempt: Int
    /// What the attempt under way has reached and what it waits for; the end of a message.
    package internal(set) var progress: String?
    /// The time until the next attempt, while reconnecting.
    public let nextAttempt: Duration?
    /// Ping intervals in a row without a byte received.
    public let pingMisses: Int
    /// At this many misses the connection counts as lost.
    public let maxPingFailure: Int
    /// Whether credentials were sent without encryption over a network, and nobody said that it is meant
    /// (``NATSClientConfiguration/allowsPlaintextCredentials``). It stays true: what was sent can have been read.
    public internal(set) var isLoginExposed = false
    /// Who answers; the last one known while disconnected.
    public let server: ServerIdentity?
    /// The encryption of the connection, while it is up; nil for plain text.
    public let tls: TLSStatus?
    /// Round trips, once one was measured.
    public let roundTrip: RoundTrip?
    /// Messages received.
    public let messagesIn: UInt64
    /// Messages accepted for publishing.
    public let messagesOut: UInt64
    /// Bytes received, before TLS wrapped or after it unwrapped them.
    public let bytesIn: UInt64
    /// Bytes sent, before TLS wrapped them.
    public let bytesOut: UInt64
    /// Accepted messages that wait for the socket.
    public let bufferedMessages: Int
    /// Bytes that wait for the socket or are being written.
    public let bufferedBytes: Int
    /// Messages given to the socket that no PONG has confirmed yet.
    public let unconfirmed: UInt64
    /// At most this many messages were lost with lost connections.
    public let lost: UInt64
    /// How often the connection was made again.
    public let reconnects: Int
    /// The cause of the last loss or failed attempt.
    public let lastError: NATSError?
    /// Messages received and dropped because a consumer was too slow for them. One that several consumers drop counts for
    /// each of them.
    public let dropped: UInt64
    /// SUBs of this connection. Consumers of the same pattern share one; the inbox of its requests is one.
    public let subscriptions: Int
    /// Requests that wait for a reply.
    public let pendingRequests: Int
    /// Replies that came when nobody waited for them any more.
    public let lateReplies: UInt64
}
