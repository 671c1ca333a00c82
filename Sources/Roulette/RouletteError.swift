import NATS

/// What went wrong with a deployment, a publish or a subscription.
///
/// The message says what happened and what to do. New codes may be added; treat unknown ones as failures.
public struct RouletteError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. Compare with the static members; more may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable identifier, fit for metrics and scripts.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The configuration cannot work.
        public static let configuration = Code("configuration")
        /// The call is not for the role this client was configured with.
        public static let role = Code("role")
        /// The topic, pattern or queue group is not valid.
        public static let invalidTopic = Code("invalid_topic")
        /// The topic's cluster was down during all retries.
        public static let clusterUnavailable = Code("cluster_unavailable")
        /// The outbound buffer has no room, and the call was one that does not wait.
        public static let bufferFull = Code("buffer_full")
        /// Headers and payload are larger than the server takes.
        public static let payloadTooLarge = Code("payload_too_large")
        /// The headers are not valid, or the server does not take any.
        public static let headers = Code("headers")
        /// A `.temporary` subscription lost its connection.
        public static let subscriptionLost = Code("subscription_lost")
        /// The consumer fell too far behind and asked to fail then.
        public static let slowConsumer = Code("slow_consumer")
        /// The server denied it.
        public static let permission = Code("permission")
        /// The server refused a subscription or a message, for instance beyond its limit on the number of subscriptions.
        public static let refused = Code("refused")
        /// The connection was lost before the server confirmed.
        public static let unconfirmed = Code("unconfirmed")
        /// The client is being drained and takes nothing new.
        public static let draining = Code("draining")
        /// Not everything came to its end before the client was closed.
        public static let drainIncomplete = Code("drain_incomplete")
        /// Nobody is subscribed to the topic of a request.
        public static let noResponders = Code("no_responders")
        /// No reply to a request came in time.
        public static let timeout = Code("timeout")
        /// The connection was lost before a reply to a request came; the request may have been received.
        public static let disconnected = Code("disconnected")
        /// A message without a reply topic cannot be answered.
        public static let noReplyTopic = Code("no_reply_topic")
        /// The client was closed.
        public static let closed = Code("closed")
        /// The task was canceled.
        public static let canceled = Code("canceled")
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what to do, in one line. Text that came from a peer is escaped.
    public let message: String
    /// The cluster it happened with, if it was one.
    public let cluster: Cluster?
    /// The error below this one, if there is one.
    public let cause: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, cluster: Cluster? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cluster = cluster
        self.cause = cause
    }

    /// The message, after the name of the cluster if there is one.
    public var description: String {
        cluster.map { "cluster \($0.label): \(message)" } ?? message
    }
}

extension RouletteError {
    /// What an error of one connection means for the caller.
    init(_ error: NATSError, cluster: Cluster) {
        let code: Code =
            switch error.code {
            case .configuration: .configuration
            case .invalidSubject: .invalidTopic
            case .bufferFull: .bufferFull
            case .payloadTooLarge: .payloadTooLarge
            case .headers: .headers
            case .slowConsumer: .slowConsumer
            case .permission: .permission
            case .noResponders: .noResponders
            case .timeout: .timeout
            case .noReplySubject: .noReplyTopic
            case .closed: .closed
            case .draining: .draining
            case .drainIncomplete: .drainIncomplete
            case .canceled: .canceled
            default: .clusterUnavailable
            }
        self.init(code, error.message, cluster: cluster, cause: error)
    }
}
