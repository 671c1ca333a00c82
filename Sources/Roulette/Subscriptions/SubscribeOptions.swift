public import RouletteNATS

/// The options of a subscription.
public struct SubscribeOptions: Sendable {
    /// The queue group. Each message is delivered to one subscriber of the group. With wildcards, there is one group per cluster.
    public var queueGroup: String?
    /// The subscription ends after this many messages. At least 1.
    public var maxMessages: Int?
    /// What happens when a connection is lost. By default the value of the configuration.
    public var restart: RouletteConfiguration.SubscriptionRestart?
    /// The limits and the overflow policy of the messages that wait for the consumer.
    public var buffer: SubscriptionBuffer
    /// Whether the call also waits for a PONG, so that the servers have the subscription when it returns.
    public var confirmed: Bool
    /// Whether the call fails, after the retries, if a cluster is down. If `false`, the subscription begins on that cluster
    /// when it is up. A `.temporary` subscription then ends when a connection is lost.
    public var requiresConnection: Bool

    /// Creates options.
    public init(
        queueGroup: String? = nil,
        maxMessages: Int? = nil,
        restart: RouletteConfiguration.SubscriptionRestart? = nil,
        buffer: SubscriptionBuffer = SubscriptionBuffer(),
        confirmed: Bool = false,
        requiresConnection: Bool = true
    ) {
        self.queueGroup = queueGroup
        self.maxMessages = maxMessages
        self.restart = restart
        self.buffer = buffer
        self.confirmed = confirmed
        self.requiresConnection = requiresConnection
    }

    func validate() throws(RouletteError) {
        if let maxMessages, maxMessages < 1 {
            throw RouletteError(.configuration, "the maximum number of messages is \(maxMessages), use 1 or more")
        }
        do {
            try buffer.validate()
        } catch {
            throw RouletteError(.configuration, error.message, cause: error)
        }
    }
}
