/// An error of a NATS connection, a publish, a request or a subscription.
///
/// The message says what happened and, if possible, what to do about it. New codes may be added; treat unknown codes as failures.
public struct NATSError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. Compare it with the static members. More may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable identifier for metrics and scripts.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The configuration is not valid.
        public static let configuration = Code("configuration")
        /// The host name has no address.
        public static let hostNotFound = Code("host_not_found")
        /// The connection could not be established.
        public static let connectFailed = Code("connect_failed")
        /// The handshake did not complete within the connect timeout.
        public static let connectTimeout = Code("connect_timeout")
        /// The peer sent something that is not the NATS protocol.
        public static let protocolViolation = Code("protocol_violation")
        /// The server rejected the credentials.
        public static let authorization = Code("authorization")
        /// The client's credentials cannot be read or used: a missing file, a wrong seed, or a provider that failed.
        public static let credentials = Code("credentials")
        /// The connection could not be secured: the server does not offer TLS, its certificate is not trusted, or the handshake
        /// failed.
        public static let tls = Code("tls")
        /// No bytes arrived during the allowed number of ping intervals.
        public static let stale = Code("stale")
        /// The connection was lost.
        public static let disconnected = Code("disconnected")
        /// There is currently no connection.
        public static let notConnected = Code("not_connected")
        /// The server answered with `-ERR`.
        public static let serverError = Code("server_error")
        /// The server denied publishing or subscribing.
        public static let permission = Code("permission")
        /// The client was closed.
        public static let closed = Code("closed")
        /// The client is being drained and accepts no new work.
        public static let draining = Code("draining")
        /// Some work was not complete when the client was closed.
        public static let drainIncomplete = Code("drain_incomplete")
        /// The outbound buffer is full.
        public static let bufferFull = Code("buffer_full")
        /// The message is larger than the server's `max_payload`.
        public static let payloadTooLarge = Code("payload_too_large")
        /// The subject, pattern or queue group is not valid.
        public static let invalidSubject = Code("invalid_subject")
        /// The headers are not valid, or the server does not support headers.
        public static let headers = Code("headers")
        /// The consumer fell too far behind, and its overflow policy is to fail.
        public static let slowConsumer = Code("slow_consumer")
        /// The subject of a request has no subscriber.
        public static let noResponders = Code("no_responders")
        /// The library reached a state that should not be possible. Please report it.
        public static let internalError = Code("internal_error")
        /// No reply to a request arrived in time.
        public static let timeout = Code("timeout")
        /// The message to answer has no reply subject.
        public static let noReplySubject = Code("no_reply_subject")
        /// The task was canceled.
        public static let canceled = Code("canceled")
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what to do about it, in one line. Text from a peer is escaped.
    public let message: String
    /// The underlying error, if there is one.
    public let cause: (any Error)?
    /// How long nothing had been received when the peer closed or reset the connection, if this explains the loss: at least a
    /// second, and no longer than PINGs allow.
    package var idleTime: Duration?
    /// What limits the number of connections, if that is the reason.
    package var connectionLimit: ConnectionLimit?

    /// What limits the number of connections.
    package enum ConnectionLimit: Sendable, Hashable {
        case account, server
    }

    /// Creates an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}

extension NATSError: Equatable {
    /// Returns whether code and message are equal. Causes are not compared.
    public static func == (a: NATSError, b: NATSError) -> Bool {
        a.code == b.code && a.message == b.message
    }
}
