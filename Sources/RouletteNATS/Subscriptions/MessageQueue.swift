import DequeModule
import Locking
package import NATSWire

/// Messages that arrived together, and their source.
package struct MessageBatch<Source: Sendable>: Sendable {
    package var messages: [WireMessage]
    package let source: Source
    /// Whether a message expects a reply.
    var hasRequests = false
    /// Kept by the messages if one of them expects a reply.
    package fileprivate(set) var requests: RequestsInHand?
    /// Their size counted against the limit, once the queue has accepted them.
    var bytes = 0

    fileprivate init(messages: [WireMessage], source: Source) {
        self.messages = messages
        self.source = source
    }
}

/// A period in which a consumer was too slow.
///
/// It begins with the first dropped message. It ends when the consumer has processed half of the buffer, or has stopped. So a
/// consumer that stays near the limit is reported once, not repeatedly.
package enum SlowConsumerEpisode: Sendable, Equatable {
    case began
    /// The exact number of messages dropped in this period.
    case ended(dropped: UInt64)
}

/// Passes batches from the event loop to one consumer, within limits.
///
/// The consumer takes a whole batch at once and iterates over it without a lock.
package final class MessageQueue<Source: Sendable>: Sendable {
    private let state = Mutex(State())
    private let limits: SubscriptionBuffer
    private let pattern: Subject?
    private let consumers: Consumers?
    private let onEpisode: @Sendable (SlowConsumerEpisode) -> Void

    /// - Parameters:
    ///   - pattern: The pattern of the subscription, for the report of a drain.
    ///   - consumers: The consumers that are drained together, which this one joins. The owner must call ``abandon()``.
    ///   - onEpisode: Called when an episode of dropping begins and when it ends.
    package init(
        limits: SubscriptionBuffer,
        of pattern: Subject? = nil,
        among consumers: Consumers? = nil,
        onEpisode: @escaping @Sendable (SlowConsumerEpisode) -> Void = { _ in }
    ) {
        self.limits = limits
        self.pattern = pattern
        self.consumers = consumers
        self.onEpisode = onEpisode
        consumers?.add(self)
    }

    /// Messages dropped since the start because the consumer was too slow.
    package var dropped: UInt64 { state.withLock { $0.dropped } }

    // MARK: The event loop

    /// Adds the messages that fit into the buffer.
    ///
    /// - Returns: The number of messages that were dropped.
    @discardableResult
    package func deliver(_ messages: [WireMessage], from source: Source) -> Int {
        let batch = MessageBatch(messages: messages, source: source)
        let (consumer, dropped, episodeBegan) = state.withLock { state in
            guard state.end == nil else { return (Waiter?.none, 0, false) }
            let before = state.dropped
            state.append(batch, limits: limits)
            let dropped = Int(state.dropped - before)
            let episodeBegan = dropped > 0 && state.droppedBeforeEpisode == nil
            if episodeBegan { state.droppedBeforeEpisode = before }
            if dropped > 0, limits.overflow == .fail { state.end = End(error: .slowConsumer(limits)) }
            defer { state.consumer = nil }
            return (state.consumer, dropped, episodeBegan)
        }
        if episodeBegan { onEpisode(.began) }
        consumer?.resolve()
        return dropped
    }

    /// The error with which the queue ended, if the consumer has not received it yet.
    package var failure: NATSError? { state.withLock { $0.end?.error } }

    /// Ends the sequence after the waiting messages. Only the first call has an effect.
    package func end(_ error: NATSError?) {
        let waiters = change { state in
            if state.end == nil { state.end = End(error: error) }
            defer {
                state.consumer = nil
                state.waitingForEnd = []
            }
            return state.waitingForEnd + (state.consumer.map { [$0] } ?? [])
        }
        for waiter in waiters { waiter.resolve() }
    }

    /// Waits until nothing more can be received.
    package func waitForEnd() async throws(NATSError) {
        let waiter = Waiter()
        let hasEnded = state.withLock { state in
            if state.end == nil { state.waitingForEnd.append(waiter) }
            return state.end != nil
        }
        if !hasEnded { try await waiter.wait() }
    }

    // MARK: The consumer

    /// Begins a loop over the queue. The loop was left when the result is released.
    package func iterate() -> Iteration {
        let iteration = Iteration { [self] hand in
            change { $0.endIteration(hand) }
        }
        state.withLock { $0.beginIteration(iteration.hand) }
        return iteration
    }

    /// Records that the subscription was canceled. If the consumer leaves its loop, the messages that wait are of no use.
    package func cancel() { state.withLock { $0.isCanceled = true } }

    /// Records that a closure consumes the queue. The consumer is not done before ``endClosure()``.
    package func beginClosure() { state.withLock { $0.isInClosure = true } }

    /// Records that the closure has returned.
    package func endClosure() { change { $0.isInClosure = false } }

    /// Records that the consumer was released.
    package func abandon() {
        let place = change { state in
            state.isConsumed = true
            state.isAbandoned = true
            defer { state.place = nil }
            return state.place
        }
        if let place { consumers?.moved(from: place, to: nil) }
    }

    private enum Next {
        case batch(MessageBatch<Source>, SlowConsumerEpisode?, endsTurn: Bool)
        case wait(Waiter)
        case end
    }

    /// Returns the next batch, which is never empty; `nil` at the end. The batch before it counts as finished.
    ///
    /// - Parameter hand: The hand of the iterator. Without an iterator, the whole batch is in hand until the next call.
    /// - Throws: The error with which the subscription ended, or ``NATSError/Code/canceled``.
    package func next(_ hand: ConsumerHand? = nil) async throws(NATSError) -> MessageBatch<Source>? {
        let place = consumers?.currentPlace
        while true {
            let (next, oldPlace): (Next, Consumers.Place?) = state.withLock { state in
                defer { state.place = place }
                return (take(hand, from: &state), state.place)
            }
            if place != oldPlace { consumers?.moved(from: oldPlace, to: place) }
            switch next {
            case .batch(var batch, let episode, let endsTurn):
                if let episode { onEpisode(episode) }
                if batch.hasRequests { batch.requests = RequestsInHand(of: self) }
                // A loop over a queue that is never empty would keep a thread of the concurrency pool for itself.
                if endsTurn { await Task.yield() }
                return batch
            case .end:
                // The error is thrown once. After it, the sequence ends normally.
                let error = change { state in
                    state.isConsumed = true
                    defer { state.end = End(error: nil) }
                    return state.end?.error
                }
                if let error { throw error }
                return nil
            case .wait(let waiter):
                do {
                    try await waiter.wait()
                } catch {
                    state.withLock { state in
                        if state.consumer === waiter { state.consumer = nil }
                    }
                    throw error
                }
            }
        }
    }

    private func take(_ hand: ConsumerHand?, from state: inout State) -> Next {
        state.finishHand(hand)
        if let batch = state.popFirst() {
            state.fillHand(hand, with: batch)
            return .batch(
                batch,
                state.isHalfEmpty(limits) ? state.endEpisode() : nil,
                endsTurn: state.endsTurn(taking: batch.messages.count)
            )
        }
        if state.end != nil { return .end }
        // A canceled consumer may not have removed itself yet.
        precondition(state.consumer?.isSettled ?? true, "two tasks iterate over one subscription")
        let waiter = Waiter()
        state.consumer = waiter
        state.takenInTurn = 0
        return .wait(waiter)
    }

    /// Applies a change under the lock. Afterwards calls what waits until the consumer is done.
    @discardableResult
    private func change<R>(_ change: (inout State) -> R) -> R {
        let (result, callbacks, episode, isSettled) = state.withLock { state in
            let result = change(&state)
            return (result, state.takeCallbacks(), state.isConsumed ? state.endEpisode() : nil, state.isSettled)
        }
        if let episode { onEpisode(episode) }
        for callback in callbacks { callback() }
        if isSettled { consumers?.remove(self) }
        return result
    }
}

extension MessageQueue: ConsumedQueue {
    package var backlog: ConsumerBacklog {
        let name = pattern?.description ?? ""
        return state.withLock { state in
            ConsumerBacklog(pattern: name, waiting: state.waiting, inHand: state.inHand, isDone: state.isDone)
        }
    }

    package func whenDone(_ done: @escaping @Sendable () -> Void) {
        change { $0.whenDone.append(done) }
    }

    package func requestsReleased() { change { $0.requestBatches -= 1 } }
}
