import NATS
public import NATSWire

/// The messages of a topic or pattern, for one consumer. Messages of a topic have the order in which the server sent them.
///
/// The sequence ends with ``cancel()``, when the handle and its iterators are released, and after
/// ``SubscribeOptions/maxMessages`` messages. It ends with an error if the server refuses the subscription, and, if it is
/// `.temporary`, when a connection is lost.
///
/// Several subscriptions of a client to the same pattern share one SUB. Each receives every message and has its own buffer.
/// Members of a queue group have one SUB each, so that the server distributes the messages among them.
public final class Subscription: AsyncSequence, Sendable {
    private let group: SubscriptionGroup
    /// The clusters of the subscription: one for a topic, all for a pattern with wildcards.
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

    /// The number of messages dropped because the consumer was too slow.
    public var dropped: UInt64 { group.queue.dropped }

    /// Whether a connection of the subscription is down, so that it currently misses messages.
    public var isInterrupted: Bool { group.missedIntervals.isMissing || !group.awaited.isEmpty }

    /// The clusters that have been down since the call to subscribe. The subscription begins on each of them when it is up.
    /// Always empty with ``SubscribeOptions/requiresConnection``.
    public var pendingClusters: [Cluster] { group.awaited }

    /// Waits until ``pendingClusters`` is empty. Returns immediately if the subscription has ended.
    /// - Throws: ``RouletteError/Code/canceled``.
    public func whenMade() async throws(RouletteError) {
        do {
            try await group.whenMade()
        } catch {
            throw RouletteError(error, subscription: pattern)
        }
    }

    /// The last intervals in which messages were missed, at most 16, oldest first. The client also reports each as an event.
    public var missedIntervals: [MissedInterval] { group.missedIntervals.ended }

    /// Ends the subscription. Messages received before are still delivered.
    public func cancel() {
        group.cancel()
    }

    /// Returns messages that arrived together, for consumers that process several at once.
    ///
    /// - Returns: The next messages, never an empty collection; `nil` when the subscription has ended.
    /// - Throws: The error that ended the subscription, or ``RouletteError/Code/canceled``.
    public func nextBatch() async throws(RouletteError) -> MessageCollection? {
        do {
            return try await group.queue.next().map(MessageCollection.init)
        } catch {
            if let failure = group.failure { throw failure }
            throw RouletteError(error, subscription: pattern)
        }
    }

    /// Creates the iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(subscription: self)
    }

    /// Iterates over the messages. It takes whole batches and returns their messages without a lock.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let subscription: Subscription
        /// The remaining messages of the batch, in reverse order. Removing the last one moves it, without a retain.
        @usableFromInline var messages: [WireMessage] = []
        /// The connection that delivered the batch.
        @usableFromInline var connection: PooledConnection?

        fileprivate init(subscription: Subscription) {
            self.subscription = subscription
        }

        /// Returns the next message, or `nil` when the subscription has ended.
        /// - Throws: The error that ended the subscription, or ``RouletteError/Code/canceled``.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RouletteError) -> Message? {
            // Inlinable, so that a loop over a batch compiles to a loop over an array. Otherwise each message needs a lookup
            // of generic metadata and a box for the error.
            if messages.isEmpty { try await takeBatch(isolation: actor) }
            guard let connection, let next = messages.popLast() else { return nil }
            return Message(wire: next, connection: connection)
        }

        /// Returns the next message, or `nil` when the subscription has ended.
        /// - Throws: The error that ended the subscription, or ``RouletteError/Code/canceled``.
        public mutating func next() async throws(RouletteError) -> Message? {
            try await next(isolation: #isolation)
        }

        @usableFromInline
        mutating func takeBatch(isolation actor: isolated (any Actor)?) async throws(RouletteError) {
            // Release the old batch before the wait.
            messages = []
            guard var batch = try await subscription.nextBatch() else { return }
            connection = batch.connection
            // Swapped, so that the array is uniquely referenced and `reverse()` does not copy it.
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

    /// The cluster that delivered the messages.
    public var cluster: Cluster { connection.cluster }
    /// The connection that delivered the messages.
    package var connectionID: PooledConnectionID {
        PooledConnectionID(cluster: connection.cluster, role: connection.role, slot: connection.slot)
    }
    /// Always 0.
    @inlinable
    public var startIndex: Int { 0 }
    /// The number of messages.
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
