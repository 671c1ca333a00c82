import NATSWire

/// The messages of one subscription, in the order in which the server sent them. For one consumer.
///
/// The subscription ends when this handle and its iterators are released, or with ``cancel()``.
public final class NATSSubscription: AsyncSequence, Sendable {
    private let client: NATSClient
    private let sid: UInt64
    private let sink: SubscriptionSink
    fileprivate var queue: MessageQueue<NATSClient> { sink.queue }

    init(client: NATSClient, sid: UInt64, sink: SubscriptionSink) {
        self.client = client
        self.sid = sid
        self.sink = sink
    }

    deinit {
        client.removeSubscription(sid, sink)
        sink.queue.abandon()
    }

    /// Ends the subscription. Messages received before are still delivered. Messages that the server has sent and that have not
    /// arrived are lost; ``drain()`` waits for them.
    public func cancel() {
        queue.cancel()
        client.removeSubscription(sid, sink)
    }

    /// Ends the subscription without losing a message: unsubscribes, and waits for the messages that the server has already sent.
    /// The sequence ends after them.
    ///
    /// Returns when the last message has arrived, or when the connection is lost. The consumer may then still be handling
    /// messages, so it can be called inside the loop of the consumer.
    public func drain() async {
        client.drainSubscription(sid, sink)
        try? await queue.waitForEnd()
    }

    /// Messages dropped because the consumer was too slow.
    public var dropped: UInt64 { queue.dropped }

    /// Returns an iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(subscription: self)
    }

    /// Iterates over whole batches of messages, so that most messages need no lock.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let subscription: NATSSubscription
        private let iteration: Iteration
        private var batch: MessageBatch<NATSClient>?
        private var index = 0

        fileprivate init(subscription: NATSSubscription) {
            self.subscription = subscription
            self.iteration = subscription.queue.iterate()
        }

        /// Returns the next message; `nil` when the subscription has ended.
        /// - Throws: The error with which the subscription ended, or ``NATSError/Code/canceled``.
        public mutating func next() async throws(NATSError) -> NATSMessage? {
            while true {
                if let batch, index < batch.messages.count {
                    defer { index += 1 }
                    iteration.hand.hold(batch.messages.count - index)
                    return NATSMessage(wire: batch.messages[index], client: batch.source, requests: batch.requests)
                }
                // Release the old batch before the wait.
                batch = nil
                index = 0
                batch = try await subscription.queue.next(iteration.hand)
                if batch == nil { return nil }
            }
        }
    }
}

/// Delivers the messages of a subscription to its queue.
final class SubscriptionSink: MessageSink {
    let queue: MessageQueue<NATSClient>
    private let client: NATSClient

    init(queue: MessageQueue<NATSClient>, client: NATSClient) {
        self.queue = queue
        self.client = client
    }

    func deliver(_ messages: [WireMessage]) {
        let dropped = queue.deliver(messages, from: client)
        if dropped > 0 { client.countDropped(dropped) }
    }

    // The events of the client report both.
    func interrupted(_ cause: NATSError, silence: Duration) {}
    func resumed() {}
    func end(_ error: NATSError?) { queue.end(error) }
}
