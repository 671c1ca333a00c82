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
    public package(set) var state = State.idle
    /// For how long it has been up (connected or stale), or down (everything else).
    public package(set) var stateDuration = Duration.zero
    /// Attempts since it was last up, 0 while it is up.
    public package(set) var attempt = 0
    /// What the attempt under way has reached and what it waits for; the end of a message.
    package var progress: String?
    /// The time until the next attempt, while reconnecting.
    public package(set) var nextAttempt: Duration?
    /// Ping intervals in a row without a byte received.
    public package(set) var pingMisses = 0
    /// At this many misses the connection counts as lost.
    public package(set) var maxPingFailure = 2
    /// Whether credentials were sent without encryption over a network, and nobody said that it is meant
    /// (``NATSClientConfiguration/allowsPlaintextCredentials``). It stays true: what was sent can have been read.
    public package(set) var isLoginExposed = false
    /// Who answers; the last one known while disconnected.
    public package(set) var server: ServerIdentity?
    /// The encryption of the connection, while it is up; nil for plain text.
    public package(set) var tls: TLSStatus?
    /// Round trips of this connection or, while it is down, of the last one; nil before the first.
    public package(set) var roundTrip: RoundTrip?
    /// Messages received.
    public package(set) var messagesIn: UInt64 = 0
    /// Messages accepted for publishing.
    public package(set) var messagesOut: UInt64 = 0
    /// Bytes received, before TLS wrapped or after it unwrapped them.
    public package(set) var bytesIn: UInt64 = 0
    /// Bytes sent, before TLS wrapped them.
    public package(set) var bytesOut: UInt64 = 0
    /// Accepted messages that wait for the socket.
    public package(set) var bufferedMessages = 0
    /// Bytes that wait for the socket or are being written: messages, and control frames once the socket is slow to take them.
    public package(set) var bufferedBytes = 0
    /// Messages given to the socket that no PONG has confirmed yet.
    public package(set) var unconfirmed: UInt64 = 0
    /// At most this many messages were lost with lost connections.
    public package(set) var lost: UInt64 = 0
    /// Messages that the server refused, for instance because this user may not publish there.
    public package(set) var refused: UInt64 = 0
    /// At most this many messages were received twice, when the connection moved from one server to another.
    public package(set) var duplicates: UInt64 = 0
    /// How often the connection was made again.
    public package(set) var reconnects = 0
    /// The cause of the last loss or failed attempt.
    public package(set) var lastError: NATSError?
    /// Messages received and dropped because a consumer was too slow for them. One that several consumers drop counts for
    /// each of them.
    public package(set) var dropped: UInt64 = 0
    /// SUBs of this connection. Consumers of the same pattern share one; the inbox of its requests is one.
    public package(set) var subscriptions = 0
    /// Requests that wait for a reply.
    public package(set) var pendingRequests = 0
    /// Replies that came when nobody waited for them any more.
    public package(set) var lateReplies: UInt64 = 0
}

extension ConnectionSnapshot {
    /// The snapshot of a connection that was not started.
    package static var idle: ConnectionSnapshot { ConnectionSnapshot() }
}
