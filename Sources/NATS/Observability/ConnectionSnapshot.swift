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

    /// Round-trip times of PINGs on the connection there is.
    public struct RoundTrip: Sendable, Hashable {
        /// The times of the last minute, or of the last five: to within five seconds and 2 %.
        public struct Window: Sendable, Hashable {
            /// Half of the PINGs were answered within this time.
            public let p50: Duration
            /// 99 of 100 PINGs were answered within this time.
            public let p99: Duration
            /// How many were answered.
            public let count: Int
        }

        /// The most recent one.
        public let last: Duration?
        /// The time from CONNECT to its PONG, in which the server checks the login. It is in no window, and neither is the PING
        /// behind the subscriptions of a new connection.
        public let handshake: Duration?
        /// The last minute; nil when no PING was answered in it.
        public let lastMinute: Window?
        /// The last five minutes; nil when no PING was answered in them.
        public let lastFiveMinutes: Window?
        /// How many were measured since the connection was made.
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
    /// Round trips of this connection or, while it is down, of the last one; nil before the first.
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
    /// Bytes that wait for the socket or are being written: messages, and control frames once the socket is slow to take them.
    public let bufferedBytes: Int
    /// Messages given to the socket that no PONG has confirmed yet.
    public let unconfirmed: UInt64
    /// At most this many messages were lost with lost connections.
    public let lost: UInt64
    /// Messages that the server refused, for instance because this user may not publish there.
    public let refused: UInt64
    /// At most this many messages were received twice, when the connection moved from one server to another.
    public let duplicates: UInt64
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
