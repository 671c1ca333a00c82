public import NATS

/// How to subscribe.
public struct SubscribeOptions: Sendable {
    /// Of the subscribers of one group, each message goes to one. A wildcard makes one group per cluster.
    public var queueGroup: String?
    /// The subscription ends after this many messages.
    public var maxMessages: Int?
    /// What happens when a connection is lost; by default what the configuration says.
    public var restart: RouletteConfiguration.SubscriptionRestart?
    /// What may wait for the consumer.
    public var buffer: SubscriptionBuffer
    /// Also wait for a PONG, so that the servers know the subscription when the call returns.
    public var confirmed: Bool
    /// Whether subscribing fails, after the retries, while a cluster is down. When `false` the subscription begins
    /// there as soon as the cluster is up; with `.temporary` it then ends when a connection is lost.
    public var requiresConnection: Bool

    /// Options with their defaults.
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
}
