/// The limits of the messages that wait for a consumer, and what happens beyond them.
public struct SubscriptionBuffer: Sendable, Hashable {
    /// What to do with a message if the buffer is full.
    public enum Overflow: Sendable, Hashable {
        /// Keep the buffered messages and drop the new message.
        case dropNewest
        /// Drop the oldest messages to make space.
        case dropOldest
        /// End the sequence with ``NATSError/Code/slowConsumer`` after the buffered messages have been delivered.
        case fail
    }

    /// The number of messages that may wait for the consumer, not counting the batch that it is processing.
    public var messages: Int
    /// The number of bytes that may wait for the consumer: subject, reply subject, headers and payload.
    public var bytes: Int
    /// What happens if one of the limits is reached.
    public var overflow: Overflow

    /// Creates limits in messages and bytes. The one that is reached first applies. Each is at least 1.
    public init(messages: Int = 65_536, bytes: Int = 64 << 20, overflow: Overflow = .dropNewest) {
        self.messages = messages
        self.bytes = bytes
        self.overflow = overflow
    }

    /// - Throws: ``NATSError/Code/configuration`` if a limit leaves no space for a message.
    package func validate() throws(NATSError) {
        guard messages >= 1 else {
            throw NATSError(.configuration, "the limit of a subscription's buffer is \(messages) messages, use 1 or more")
        }
        guard bytes >= 1 else {
            throw NATSError(.configuration, "the limit of a subscription's buffer is \(bytes) bytes, use 1 or more")
        }
    }
}

extension NATSError {
    static func slowConsumer(_ limits: SubscriptionBuffer) -> NATSError {
        NATSError(
            .slowConsumer,
            "the consumer fell behind by \(limits.messages) messages or \(limits.bytes) bytes; consume messages faster or raise the limits"
        )
    }
}
