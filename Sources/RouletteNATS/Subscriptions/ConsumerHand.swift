public import Synchronization

/// The messages that an iterator has taken from its queue and that its consumer has not finished. The consumer finishes a message
/// when it asks for the next one.
@usableFromInline
package final class ConsumerHand: Sendable {
    @usableFromInline let messages = Atomic<Int>(0)

    /// The message that the consumer is handling, and the messages of its batch after it.
    var count: Int { messages.load(ordering: .relaxed) }

    /// Records the number of messages, for every message. The reader may be late by one message.
    @inlinable
    package func hold(_ count: Int) { messages.store(count, ordering: .relaxed) }
}

/// One loop over a queue. The loop was left when the token is released.
package final class Iteration: Sendable {
    package let hand = ConsumerHand()
    private let onEnd: @Sendable (ConsumerHand) -> Void

    init(onEnd: @escaping @Sendable (ConsumerHand) -> Void) {
        self.onEnd = onEnd
    }

    deinit {
        onEnd(hand)
    }
}

/// Held by the messages of a batch that contains requests. It is released with the last of these messages, when all requests
/// are answered or given up.
@usableFromInline
package final class RequestsInHand: Sendable {
    private let queue: any ConsumedQueue

    init(of queue: any ConsumedQueue) {
        self.queue = queue
    }

    deinit {
        queue.requestsReleased()
    }
}
