import NATS
public import NATSWire

/// The messages of a topic or pattern. For one consumer; messages of one topic come in the order the server sent them.
///
/// It ends with ``cancel()`` or when the handle and its iterators are gone, behind the last of ``SubscribeOptions/maxMessages``,
/// and with an error when the server denies it; a `.temporary` one also when a connection is lost.
///
/// Several subscriptions of one client to the same pattern cost one SUB on the wire, and each gets every message, within
/// bounds of its own. Members of a queue group have a SUB each, so that the server shares the messages out among them.
public final class Subscription: AsyncSequence, Sendable {
    private let group: SubscriptionGroup
    /// The clusters it listens on: one for a topic, all for a wildcard.
    public let clusters: [Cluster]

    init(group: SubscriptionGroup, clusters: [Cluster]) {
        self.group = group
        self.clusters = clusters
    }

    deinit {
        group.cancel()
        group.queue.abandon()
    }

    /// The topic or pattern.
    public var pattern: String { group.pattern.description }

    /// Messages dropped because the consumer was too slow.
    public var dropped: UInt64 { group.queue.dropped }

    /// Whether a connection it needs is down, so that messages are being missed at this moment.
    public var isInterrupted: Bool { group.missedIntervals.isMissing || !group.awaited.isEmpty }

    /// The clusters that have been down since it was made: it begins there when they are up. Only without
    /// ``SubscribeOptions/requiresConnection`` there can be any.
    public var pendingClusters: [Cluster] { group.awaited }

    /// Waits until there is no cluster in ``pendingClusters``. Returns at once when the subscription has ended.
    /// - Throws: ``RouletteError/Code/canceled``.
    public func whenMade() async throws(RouletteError) {
        do {
            try await group.whenMade()
        } catch {
            throw RouletteError(error, subscription: pattern)
        }
    }

    /// The last times in which messages were missed, at most 16, oldest first. The client's events tell of each as well.
    public var missedIntervals: [MissedInterval] { group.missedIntervals.ended }

    /// Ends the subscription. What was received before is still delivered.
    public func cancel() {
        group.cancel()
    }

    /// Messages that arrived together, for consumers that handle many at once.
    ///
    /// - Returns: the next ones, never empty; `nil` when the subscription has ended.
    /// - Throws: why it ended, or ``RouletteError/Code/canceled``.
    public func nextBatch() async throws(RouletteError) -> MessageCollection? {
        do {
            return try await group.queue.next().map(MessageCollection.init)
        } catch {
            if let failure = group.failure { throw failure }
            throw RouletteError(error, subscription: pattern)
        }
    }

    /// Makes the iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(subscription: self)
    }

    /// Takes whole batches and hands out their messages without a lock.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let subscription: Subscription
        /// What is left of the batch, the next message last: taking it from there moves it, without a retain.
        @usableFromInline var messages: [WireMessage] = []
        /// Where they came from.
        @usableFromInline var connection: PooledConnection?

        fileprivate init(subscription: Subscription) {
            self.subscription = subscription
        }

        /// The next message; `nil` when the subscription has ended.
        /// - Throws: why it ended, or ``RouletteError/Code/canceled``.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RouletteError) -> Message? {
            // Inlinable, so that a loop over a batch is a loop over an array: a third of the time of receiving a message.
            if messages.isEmpty { try await takeBatch(isolation: actor) }
            guard let connection, let next = messages.popLast() else { return nil }
            return Message(wire: next, connection: connection)
        }

        /// The next message; `nil` when the subscription has ended.
        /// - Throws: why it ended, or ``RouletteError/Code/canceled``.
        public mutating func next() async throws(RouletteError) -> Message? {
            try await next(isolation: #isolation)
        }

        @usableFromInline
        mutating func takeBatch(isolation actor: isolated (any Actor)?) async throws(RouletteError) {
            // Given back before the wait: nobody needs it any more.
            messages = []
            guard var batch = try await subscription.nextBatch() else { return }
            connection = batch.connection
            // Moved out, so that nobody else holds them and turning them round copies none.
            swap(&messages, &batch.messages)
            messages.reverse()
        }
    }
}

/// Messages that arrived together on one connection.
public struct MessageCollection: RandomAccessCollection, Sendable {
    @usableFromInline var messages: [WireMessage]
    @usableFromInline let connection: PooledConnection

    init(_ batch: MessageBatch<PooledConnection>) {
        self.messages = batch.messages
        self.connection = batch.source
    }

    /// The cluster they came from.
    public var cluster: Cluster { connection.cluster }
    /// Always 0.
    @inlinable
    public var startIndex: Int { 0 }
    /// How many there are.
    @inlinable
    public var endIndex: Int { messages.count }

    /// The message at a position.
    @inlinable
    public subscript(position: Int) -> Message {
        Message(wire: messages[position], connection: connection)
    }
}

extension RouletteError {
    fileprivate init(_ error: NATSError, subscription pattern: String) {
        let code: Code =
            switch error.code {
            case .slowConsumer: .slowConsumer
            case .canceled: .canceled
            case .closed: .closed
            default: .subscriptionLost
            }
        self.init(code, "subscription to \(pattern): \(error.message)", cause: error)
    }
}
