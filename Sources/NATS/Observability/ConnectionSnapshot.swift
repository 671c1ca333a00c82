/// The state of one connection at one moment.
public struct ConnectionSnapshot: Sendable {
    /// The state of the connection.
    public enum State: Sendable, Hashable {
        /// Not started.
        case idle
        /// TCP is being set up.
        case connecting
        /// TCP is connected, and the handshake is in progress.
        case handshaking
        /// Established, and the server answers.
        case connected
        /// Established, but nothing was received for one or more ping intervals.
        case stale
        /// Lost; waiting for the next attempt.
        case reconnecting
        /// Closed permanently.
        case closed
    }

    /// Round-trip times of the PINGs on the current connection.
    public struct RoundTrip: Sendable, Hashable {
        /// The times of the last minute or of the last five minutes, accurate to five seconds and 2 %.
        public struct Window: Sendable, Hashable {
            /// Half of the PINGs were answered within this time.
            public let p50: Duration
            /// 99 of 100 PINGs were answered within this time.
            public let p99: Duration
            /// The number of answered PINGs.
            public let count: Int
        }

        /// The most recent round-trip time.
        public let last: Duration?
        /// The time from CONNECT to its PONG, in which the server checks the login. The windows include neither this time nor
        /// that of the PING after the subscriptions of a new connection.
        public let handshake: Duration?
        /// The last minute; nil if no PING was answered in it.
        public let lastMinute: Window?
        /// The last five minutes; nil if no PING was answered in them.
        public let lastFiveMinutes: Window?
        /// The number of round trips measured since the connection was established.
        public let count: Int
    }

    /// The state of the connection.
    public let state: State
    /// How long it has been up (connected or stale) or down (all other states).
    public let stateDuration: Duration
    /// Attempts since the connection was last up, 0 while it is up.
    public let attempt: Int
    /// What the current attempt has reached and what it waits for, as the end of a message.
    package internal(set) var progress: String?
    /// The time until the next attempt, while reconnecting.
    public let nextAttempt: Duration?
    /// Consecutive ping intervals without a byte received.
    public let pingMisses: Int
    /// The number of misses at which the connection is considered lost.
    public let maxPingFailure: Int
    /// Whether credentials were sent over a network without encryption, although this was not allowed explicitly
    /// (``NATSClientConfiguration/allowsPlaintextCredentials``). It stays true, because the credentials may have been read.
    public internal(set) var isLoginExposed = false
    /// The server; while disconnected, the last known one.
    public let server: ServerIdentity?
    /// The encryption of the connection while it is up; nil for plain text.
    public let tls: TLSStatus?
    /// Round trips of this connection or, while it is down, of the last one; nil before the first one.
    public let roundTrip: RoundTrip?
    /// Messages received.
    public let messagesIn: UInt64
    /// Messages accepted for publishing.
    public let messagesOut: UInt64
    /// Bytes received, after TLS decryption.
    public let bytesIn: UInt64
    /// Bytes sent, before TLS encryption.
    public let bytesOut: UInt64
    /// Accepted messages that wait for the socket.
    public let bufferedMessages: Int
    /// Bytes that wait for the socket or are being written: messages and, if the socket is slow to accept them, control frames.
    public let bufferedBytes: Int
    /// Messages handed to the socket that no PONG has confirmed yet.
    public let unconfirmed: UInt64
    /// The maximum number of messages lost with lost connections.
    public let lost: UInt64
    /// Messages that the server refused, for example because this user may not publish there.
    public let refused: UInt64
    /// The maximum number of messages received twice, when the connection moved from one server to another.
    public let duplicates: UInt64
    /// The number of successful reconnects.
    public let reconnects: Int
    /// The cause of the last loss or failed attempt.
    public let lastError: NATSError?
    /// Messages received and dropped because a consumer was too slow. A message that several consumers drop is counted for each
    /// of them.
    public let dropped: UInt64
    /// SUBs of this connection. Consumers of the same pattern share one, and the inbox of requests is one.
    public let subscriptions: Int
    /// Requests that wait for a reply.
    public let pendingRequests: Int
    /// Replies that arrived when no request waited for them any more.
    public let lateReplies: UInt64
}
