public import NATSWire
public import RouletteNATS

import struct Synchronization.Atomic

/// The messages of a topic or pattern, for one consumer. Messages of a topic have the order in which the server sent them.
///
/// The sequence ends with ``cancel()`` or ``drain()``, when the handle and its iterators are released, and after
/// ``SubscribeOptions/maxMessages`` messages. It ends with an error if the server refuses the subscription, and, if it is
/// `.temporary`, when a connection is lost.
///
/// If the task that iterates belongs to a service of a `ServiceGroup`, graceful shutdown of that service drains the subscription:
/// the loop handles the messages that were already sent, and then ends. See <doc:Services>.
///
/// Several subscriptions of a client to the same pattern share one SUB. Each receives every message and has its own buffer.
/// Members of a queue group have one SUB each, so that the server distributes the messages among them.
public final class Subscription: AsyncSequence, Sendable {
    private let group: SubscriptionGroup
    private let shutdown: ClientShutdown
    /// Whether a closure consumes the subscription. It then waits for its turn itself.
    private let closure = Atomic(false)
    /// The clusters of the subscription: one for a topic, all for a pattern with wildcards.
    public let clusters: [Cluster]

    init(group: SubscriptionGroup, clusters: [Cluster], shutdown: ClientShutdown) {
        self.group = group
        self.clusters = clusters
        self.shutdown = shutdown
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

    /// Ends the subscription. Messages received before are still delivered. Messages that the servers have sent and that have not
    /// arrived are lost, and a queue group does not deliver them to another member; ``drain()`` waits for them.
    public func cancel() {
        group.queue.cancel()
        group.cancel()
    }

    /// Ends the subscription without losing a message, for instance to leave a queue group: unsubscribes, and waits for the
    /// messages that the servers have already sent. The sequence ends after them.
    ///
    /// Returns when the last message has arrived, or when the connection is lost. The consumer may then still be handling
    /// messages, so the method can also be called inside its loop. If the task is canceled, it returns immediately, and the
    /// subscription ends nevertheless.
    public func drain() async {
        group.drain()
        try? await group.queue.waitForEnd()
    }

    /// Returns messages that arrived together, for consumers that process several at once.
    ///
    /// - Returns: The next messages, never an empty collection; `nil` when the subscription has ended.
    /// - Throws: The error that ended the subscription, or ``RouletteError/Code/canceled``.
    public func nextBatch() async throws(RouletteError) -> MessageCollection? {
        try await nextBatch(in: nil)
    }

    /// - Parameter hand: The hand of the iterator, if there is one.
    fileprivate func nextBatch(in hand: ConsumerHand?) async throws(RouletteError) -> MessageCollection? {
        group.drainOnShutdown()
        do {
            if let batch = try await group.queue.next(hand) { return MessageCollection(batch) }
        } catch {
            if let failure = group.failure { throw failure }
            throw RouletteError(error, subscription: pattern)
        }
        if !closure.load(ordering: .relaxed) { await waitForTurn() }
        return nil
    }

    // MARK: Services

    /// Records that a closure consumes the subscription.
    func beginClosure() {
        closure.store(true, ordering: .relaxed)
        group.queue.beginClosure()
    }

    func endClosure() { group.queue.endClosure() }

    /// Waits until the service of the consumer may end.
    func waitForTurn() async { await shutdown.waitForTurn() }

    /// Creates the iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(subscription: self)
    }

    /// Iterates over the messages. It takes whole batches and returns their messages without a lock.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let subscription: Subscription
        private let iteration: Iteration
        @usableFromInline let hand: ConsumerHand
        /// The remaining messages of the batch, in reverse order. Removing the last one moves it, without a retain.
        @usableFromInline var messages: [WireMessage] = []
        /// The connection that delivered the batch.
        @usableFromInline var connection: PooledConnection?
        /// Kept by the messages of the batch if one of them is a request.
        @usableFromInline var requests: RequestsInHand?

        fileprivate init(subscription: Subscription) {
            self.subscription = subscription
            self.iteration = subscription.group.queue.iterate()
            self.hand = iteration.hand
        }

        /// Returns the next message, or `nil` when the subscription has ended.
        /// - Throws: The error that ended the subscription, or ``RouletteError/Code/canceled``.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RouletteError) -> Message? {
            // Inlinable, so that a loop over a batch compiles to a loop over an array. Otherwise each message needs a lookup
            // of generic metadata and a box for the error.
            if messages.isEmpty { try await takeBatch(isolation: actor) }
            guard let connection, let next = messages.popLast() else { return nil }
            hand.hold(messages.count + 1)
            return Message(wire: next, connection: connection, requests: requests)
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
            requests = nil
            guard var batch = try await subscription.nextBatch(in: hand) else { return }
            connection = batch.connection
            requests = batch.requests
            // Swapped, so that the array is uniquely referenced and `reverse()` does not copy it.
            swap(&messages, &batch.messages)
            messages.reverse()
        }
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
