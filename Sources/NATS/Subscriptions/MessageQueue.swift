import DequeModule
import Locking
package import NATSWire

/// What a subscription may hold for its consumer, and what happens beyond that.
public struct SubscriptionBuffer: Sendable, Hashable {
    /// What to do with a message that finds the buffer full.
    public enum Overflow: Sendable, Hashable {
        /// Keep what is there, drop the message.
        case dropNewest
        /// Drop the oldest messages to make room.
        case dropOldest
        /// End the sequence with ``NATSError/Code/slowConsumer`` after what is there was delivered.
        case fail
    }

    /// Messages that may wait for the consumer, not counting the batch it is working on.
    public var messages: Int
    /// Bytes that may wait for the consumer: subject, reply subject, headers and payload.
    public var bytes: Int
    /// What happens when one of the bounds is reached.
    public var overflow: Overflow

    /// A bound in messages and bytes, whichever is reached first.
    public init(messages: Int = 65_536, bytes: Int = 64 << 20, overflow: Overflow = .dropNewest) {
        self.messages = messages
        self.bytes = bytes
        self.overflow = overflow
    }
}

/// Messages that arrived together, and where they came from.
package struct MessageBatch<Source: Sendable>: Sendable {
    package var messages: [WireMessage]
    package let source: Source
    /// What they count against the bound in bytes, once the queue has taken them.
    fileprivate var bytes = 0

    fileprivate init(messages: [WireMessage], source: Source) {
        self.messages = messages
        self.source = source
    }
}

/// A time in which a consumer was too slow.
///
/// It begins with the first message dropped, and ends when the consumer has worked off half of what may wait for it, or takes
/// no more: who hovers at the bound is told of once, not again and again.
package enum SlowConsumerEpisode: Sendable, Equatable {
    case began
    /// The exact number of messages dropped in it.
    case ended(dropped: UInt64)
}

/// Carries batches from the event loop to one consumer, within bounds.
///
/// The consumer takes a whole batch at once and iterates over it without a lock.
package final class MessageQueue<Source: Sendable>: Sendable {
    fileprivate struct State {
        var batches = Deque<MessageBatch<Source>>()
        var messages = 0
        var bytes = 0
        var end: End?
        /// Whether the consumer knows of the end, or is gone.
        var isConsumed = false
        var whenConsumed: [@Sendable () -> Void] = []
        var consumer: Waiter?
        var dropped: UInt64 = 0
        /// What ``dropped`` was when the current episode of dropping began.
        var droppedBeforeEpisode: UInt64?
    }

    /// An object, so that the many queues that have not ended hold no room for an error.
    fileprivate final class End: Sendable {
        let error: NATSError?

        init(error: NATSError?) {
            self.error = error
        }
    }

    private let state = Mutex(State())
    private let limits: SubscriptionBuffer
    private let onEpisode: @Sendable (SlowConsumerEpisode) -> Void

    /// - Parameter onEpisode: called when an episode of dropping begins and when it ends.
    package init(
        limits: SubscriptionBuffer,
        onEpisode: @escaping @Sendable (SlowConsumerEpisode) -> Void = { _ in }
    ) {
        self.limits = limits
        self.onEpisode = onEpisode
    }

    /// Messages dropped since the start because the consumer was too slow.
    package var dropped: UInt64 { state.withLock { $0.dropped } }

    // MARK: The event loop

    /// Adds what arrived, as far as there is room.
    ///
    /// - Returns: how many messages were dropped for it.
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

    /// Why it ended, if it did with an error that the consumer was not told yet.
    package var failure: NATSError? { state.withLock { $0.end?.error } }

    /// Ends the sequence after what is waiting. Only the first call counts.
    package func end(_ error: NATSError?) {
        let consumer = state.withLock { state in
            if state.end == nil { state.end = End(error: error) }
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resolve()
    }

    /// Calls `done` when the consumer has been told of the end, behind everything before it, or was dropped.
    package func whenConsumed(_ done: @escaping @Sendable () -> Void) {
        let isConsumed = state.withLock { state in
            if !state.isConsumed { state.whenConsumed.append(done) }
            return state.isConsumed
        }
        if isConsumed { done() }
    }

    /// What waits for the consumer.
    package var pending: PendingMessages {
        PendingMessages(queue: ObjectIdentifier(self), messages: state.withLock { $0.isConsumed ? 0 : $0.messages })
    }

    // MARK: The consumer

    /// Nobody will take messages any more.
    package func abandon() {
        consumed { _ in }
    }

    private func consumed<R>(_ change: (inout State) -> R) -> R {
        let (result, callbacks, episode) = state.withLock { state in
            let result = change(&state)
            state.isConsumed = true
            defer { state.whenConsumed = [] }
            return (result, state.whenConsumed, state.endEpisode())
        }
        if let episode { onEpisode(episode) }
        for callback in callbacks { callback() }
        return result
    }

    private enum Next {
        case batch(MessageBatch<Source>, SlowConsumerEpisode?)
        case wait(Waiter)
        case end
    }

    /// The next batch, never empty; `nil` at the end.
    /// - Throws: the error the subscription ended with, or ``NATSError/Code/canceled``.
    package func next() async throws(NATSError) -> MessageBatch<Source>? {
        while true {
            let next: Next = state.withLock { state in
                if let batch = state.popFirst() {
                    return .batch(batch, state.isHalfEmpty(limits) ? state.endEpisode() : nil)
                }
                if state.end != nil { return .end }
                // A canceled one may not have got around to saying that it is gone.
                precondition(state.consumer?.isSettled ?? true, "two tasks iterate over one subscription")
                let waiter = Waiter()
                state.consumer = waiter
                return .wait(waiter)
            }
            switch next {
            case .batch(let batch, let episode):
                if let episode { onEpisode(episode) }
                return batch
            case .end:
                // The error is told once; after it the sequence has simply ended.
                let error = consumed { state in
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
}

extension MessageQueue.State {
    fileprivate mutating func append(_ batch: MessageBatch<Source>, limits: SubscriptionBuffer) {
        let size = batch.messages.reduce(0) { $0 + $1.byteCount }
        if messages + batch.messages.count <= limits.messages, bytes + size <= limits.bytes {
            return add(batch, bytes: size)
        }
        switch limits.overflow {
        case .dropNewest, .fail:
            let fitting = fittingPrefix(of: batch.messages, limits: limits)
            dropped += UInt64(batch.messages.count - fitting.count)
            if fitting.count > 0 {
                var kept = batch
                kept.messages.removeLast(batch.messages.count - fitting.count)
                add(kept, bytes: fitting.bytes)
            }
        case .dropOldest:
            add(batch, bytes: size)
            dropOldest(until: limits)
        }
    }

    fileprivate func isHalfEmpty(_ limits: SubscriptionBuffer) -> Bool {
        messages <= limits.messages / 2 && bytes <= limits.bytes / 2
    }

    fileprivate mutating func endEpisode() -> SlowConsumerEpisode? {
        guard let before = droppedBeforeEpisode else { return nil }
        droppedBeforeEpisode = nil
        return .ended(dropped: dropped - before)
    }

    private mutating func add(_ batch: MessageBatch<Source>, bytes size: Int) {
        messages += batch.messages.count
        bytes += size
        var batch = batch
        batch.bytes = size
        batches.append(batch)
    }

    private func fittingPrefix(of candidates: [WireMessage], limits: SubscriptionBuffer) -> (count: Int, bytes: Int) {
        var count = 0
        var size = 0
        for message in candidates {
            let more = size + message.byteCount
            guard messages + count + 1 <= limits.messages, bytes + more <= limits.bytes else { break }
            count += 1
            size = more
        }
        return (count, size)
    }

    private mutating func dropOldest(until limits: SubscriptionBuffer) {
        while messages > limits.messages || bytes > limits.bytes, var first = batches.popFirst() {
            var removed = 0
            for message in first.messages {
                guard messages > limits.messages || bytes > limits.bytes else { break }
                messages -= 1
                bytes -= message.byteCount
                first.bytes -= message.byteCount
                removed += 1
            }
            dropped += UInt64(removed)
            if removed < first.messages.count {
                first.messages.removeFirst(removed)
                batches.prepend(first)
            }
        }
    }

    fileprivate mutating func popFirst() -> MessageBatch<Source>? {
        guard let batch = batches.popFirst() else { return nil }
        messages -= batch.messages.count
        bytes -= batch.bytes
        return batch
    }
}

extension NATSError {
    fileprivate static func slowConsumer(_ limits: SubscriptionBuffer) -> NATSError {
        NATSError(
            .slowConsumer,
            "the consumer fell behind by \(limits.messages) messages or \(limits.bytes) bytes; take messages faster or raise the bounds"
        )
    }
}
