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

    /// Ends the subscription. Messages received before are still delivered.
    public func cancel() {
        client.removeSubscription(sid, sink)
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
        private var batch: MessageBatch<NATSClient>?
        private var index = 0

        fileprivate init(subscription: NATSSubscription) {
            self.subscription = subscription
        }

        /// Returns the next message; `nil` when the subscription has ended.
        /// - Throws: The error with which the subscription ended, or ``NATSError/Code/canceled``.
        public mutating func next() async throws(NATSError) -> NATSMessage? {
            while true {
                if let batch, index < batch.messages.count {
                    defer { index += 1 }
                    return NATSMessage(wire: batch.messages[index], client: batch.source)
                }
                batch = try await subscription.queue.next()
                index = 0
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
    func whenConsumed(_ done: @escaping @Sendable () -> Void) { queue.whenConsumed(done) }
    var pending: PendingMessages { queue.pending }
}
