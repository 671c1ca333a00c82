import RouletteNATS

/// An error of a deployment, a publish, a request or a subscription.
///
/// The message describes the problem and gives advice. Later versions may add codes; treat unknown ones as failures.
public struct RouletteError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. Compare it with the static members; later versions may add more.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable identifier, for metrics and scripts.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The configuration is not valid.
        public static let configuration = Code("configuration")
        /// The role of this client does not allow the call.
        public static let role = Code("role")
        /// The topic, pattern or queue group is not valid.
        public static let invalidTopic = Code("invalid_topic")
        /// The topic's cluster was down during all retries.
        public static let clusterUnavailable = Code("cluster_unavailable")
        /// The outbound buffer is full, and the call does not wait.
        public static let bufferFull = Code("buffer_full")
        /// Headers and payload exceed the limit of the server.
        public static let payloadTooLarge = Code("payload_too_large")
        /// The headers are not valid, or the server does not support headers.
        public static let headers = Code("headers")
        /// A `.temporary` subscription lost its connection.
        public static let subscriptionLost = Code("subscription_lost")
        /// The consumer was too slow, and the overflow policy of its subscription is to fail.
        public static let slowConsumer = Code("slow_consumer")
        /// The server denied the permission to publish or subscribe.
        public static let permission = Code("permission")
        /// The server refused a subscription or a message, for instance because the user has too many subscriptions.
        public static let refused = Code("refused")
        /// The connection was lost before the server confirmed the messages.
        public static let unconfirmed = Code("unconfirmed")
        /// The client is being drained and accepts no new work.
        public static let draining = Code("draining")
        /// The drain was not complete when the client was closed.
        public static let drainIncomplete = Code("drain_incomplete")
        /// The topic of a request has no subscribers.
        public static let noResponders = Code("no_responders")
        /// No reply to a request arrived in time.
        public static let timeout = Code("timeout")
        /// The connection was lost before a reply to a request arrived. The request may have been received.
        public static let disconnected = Code("disconnected")
        /// A value could not be encoded, or a payload could not be decoded.
        public static let coding = Code("coding")
        /// The message has no reply topic.
        public static let noReplyTopic = Code("no_reply_topic")
        /// The client was closed.
        public static let closed = Code("closed")
        /// The task was canceled.
        public static let canceled = Code("canceled")
    }

    /// The kind of failure.
    public let code: Code
    /// The problem and advice, in one line. Text from a peer is escaped.
    public let message: String
    /// The cluster that the error concerns, if it concerns one.
    public let cluster: Cluster?
    /// The underlying error, if there is one.
    public let cause: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, cluster: Cluster? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cluster = cluster
        self.cause = cause
    }

    /// The message, preceded by the name of the cluster if there is one.
    public var description: String {
        cluster.map { "cluster \($0.label): \(message)" } ?? message
    }
}

extension RouletteError {
    /// Converts the error of a connection.
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
