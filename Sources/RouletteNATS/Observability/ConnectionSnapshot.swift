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

            /// Creates a window, for tests.
            public init(p50: Duration, p99: Duration, count: Int) {
                self.p50 = p50
                self.p99 = p99
                self.count = count
            }
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

        /// Creates round-trip times, for tests.
        public init(
            last: Duration? = nil,
            handshake: Duration? = nil,
            lastMinute: Window? = nil,
            lastFiveMinutes: Window? = nil,
            count: Int = 0
        ) {
            self.last = last
            self.handshake = handshake
            self.lastMinute = lastMinute
            self.lastFiveMinutes = lastFiveMinutes
            self.count = count
        }
    }

    /// The state of the connection.
    public var state = State.idle
    /// How long it has been up (connected or stale) or down (all other states).
    public var stateDuration = Duration.zero
    /// Attempts since the connection was last up, 0 while it is up.
    public var attempt = 0
    /// The address of the connection or, while it is down, of the last attempt; nil before the first one. A cluster can have
    /// several: ``NATSClientConfiguration/seeds``.
    public var address: NATSClientConfiguration.Address?
    /// What the current attempt has reached and what it waits for, as the end of a message.
    package var progress: String?
    /// The time until the next attempt, while reconnecting.
    public var nextAttempt: Duration?
    /// Consecutive ping intervals without a byte received.
    public var pingMisses = 0
    /// The number of misses at which the connection is considered lost.
    public var maxPingFailure = 2
    /// Whether credentials were sent over a network without encryption, although this was not allowed explicitly
    /// (``NATSClientConfiguration/allowsPlaintextCredentials``). It stays true, because the credentials may have been read.
    public var isLoginExposed = false
    /// The server; while disconnected, the last known one.
    public var server: ServerIdentity?
    /// The encryption of the connection while it is up; nil for plain text.
    public var tls: TLSStatus?
    /// Round trips of this connection or, while it is down, of the last one; nil before the first one.
    public var roundTrip: RoundTrip?
    /// Messages received.
    public var messagesIn: UInt64 = 0
    /// Messages accepted for publishing.
    public var messagesOut: UInt64 = 0
    /// Bytes received, after TLS decryption.
    public var bytesIn: UInt64 = 0
    /// Bytes sent, before TLS encryption.
    public var bytesOut: UInt64 = 0
    /// Accepted messages that wait for the socket.
    public var bufferedMessages = 0
    /// Bytes that wait for the socket or are being written: messages and, if the socket is slow to accept them, control frames.
    public var bufferedBytes = 0
    /// Messages handed to the socket that no PONG has confirmed yet.
    public var unconfirmed: UInt64 = 0
    /// The maximum number of messages lost with lost connections.
    public var lost: UInt64 = 0
    /// Messages that the server refused, for example because this user may not publish there.
    public var refused: UInt64 = 0
    /// The maximum number of messages received twice, when the connection moved from one server to another.
    public var duplicates: UInt64 = 0
    /// The number of successful reconnects.
    public var reconnects = 0
    /// The cause of the last loss or failed attempt.
    public var lastError: NATSError?
    /// Messages received and dropped because a consumer was too slow. A message that several consumers drop is counted for each
    /// of them.
    public var dropped: UInt64 = 0
    /// SUBs of this connection. Consumers of the same pattern share one, and the inbox of requests is one.
    public var subscriptions = 0
    /// Requests that wait for a reply.
    public var pendingRequests = 0
    /// Replies that arrived when no request waited for them any more.
    public var lateReplies: UInt64 = 0
}

extension ConnectionSnapshot {
    /// Creates a snapshot, for tests. Set the other properties as needed.
    public init(state: State) {
        self.init()
        self.state = state
    }

    /// The snapshot of a connection that was not started.
    package static var idle: ConnectionSnapshot { ConnectionSnapshot() }
}
