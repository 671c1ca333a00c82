/// What went wrong with a NATS connection, a publish or a subscription.
///
/// The message says what happened and, where there is something to do, what to do about it.
/// New codes may be added; treat unknown ones as failures.
public struct NATSError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. Compare with the static members; more may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable identifier, fit for metrics and scripts.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The configuration cannot work.
        public static let configuration = Code("configuration")
        /// The host name has no address.
        public static let hostNotFound = Code("host_not_found")
        /// The connection could not be made.
        public static let connectFailed = Code("connect_failed")
        /// The deadline over TCP, INFO and PONG passed.
        public static let connectTimeout = Code("connect_timeout")
        /// The peer sent something that is not the NATS protocol.
        public static let protocolViolation = Code("protocol_violation")
        /// The server did not accept the credentials.
        public static let authorization = Code("authorization")
        /// The client's own credentials cannot be read or used: a missing file, a wrong seed, a provider that failed.
        public static let credentials = Code("credentials")
        /// The connection could not be secured: no TLS offered, a certificate that proves nothing, a failed handshake.
        public static let tls = Code("tls")
        /// No bytes arrived during the allowed number of ping intervals.
        public static let stale = Code("stale")
        /// The connection was lost.
        public static let disconnected = Code("disconnected")
        /// There is no connection at this moment.
        public static let notConnected = Code("not_connected")
        /// The server answered with `-ERR`.
        public static let serverError = Code("server_error")
        /// The server denied publishing or subscribing.
        public static let permission = Code("permission")
        /// The client was closed.
        public static let closed = Code("closed")
        /// The client is being drained and takes nothing new.
        public static let draining = Code("draining")
        /// Not everything came to its end before the client was closed.
        public static let drainIncomplete = Code("drain_incomplete")
        /// The outbound buffer has no room.
        public static let bufferFull = Code("buffer_full")
        /// The message is larger than the server's `max_payload`.
        public static let payloadTooLarge = Code("payload_too_large")
        /// The subject, pattern or queue group is not valid.
        public static let invalidSubject = Code("invalid_subject")
        /// The headers are not valid, or the server does not take any.
        public static let headers = Code("headers")
        /// The consumer fell too far behind and asked to fail then.
        public static let slowConsumer = Code("slow_consumer")
        /// Nobody is subscribed to the subject of a request.
        public static let noResponders = Code("no_responders")
        /// The library met a state that should not be possible. Please report it.
        public static let internalError = Code("internal_error")
        /// No reply to a request came in time.
        public static let timeout = Code("timeout")
        /// A message without a reply subject cannot be answered.
        public static let noReplySubject = Code("no_reply_subject")
        /// The task was canceled.
        public static let canceled = Code("canceled")
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what to do, in one line. Text that came from a peer is escaped.
    public let message: String
    /// The error below this one, if there is one.
    public let cause: (any Error)?

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
    /// Two errors are equal when code and message are; causes are not compared.
    public static func == (a: NATSError, b: NATSError) -> Bool {
        a.code == b.code && a.message == b.message
    }
}
