import DequeModule
import Locking
package import NATSWire

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

    /// Creates limits in messages and bytes. The one that is reached first applies.
    public init(messages: Int = 65_536, bytes: Int = 64 << 20, overflow: Overflow = .dropNewest) {
        self.messages = messages
        self.bytes = bytes
        self.overflow = overflow
    }
}

/// Messages that arrived together, and their source.
package struct MessageBatch<Source: Sendable>: Sendable {
    package var messages: [WireMessage]
    package let source: Source
    /// Their size counted against the limit, once the queue has accepted them.
    fileprivate var bytes = 0

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
    fileprivate struct State {
        var batches = Deque<MessageBatch<Source>>()
        var messages = 0
        var bytes = 0
        var end: End?
        /// Whether the consumer has received the end, or was released.
        var isConsumed = false
        var whenConsumed: [@Sendable () -> Void] = []
        var consumer: Waiter?
        var dropped: UInt64 = 0
        /// The value of ``dropped`` when the current episode began.
        var droppedBeforeEpisode: UInt64?
    }

    /// A class, so that the many queues that have not ended need no space for an error.
    fileprivate final class End: Sendable {
        let error: NATSError?

        init(error: NATSError?) {
            self.error = error
        }
    }

    private let state = Mutex(State())
    private let limits: SubscriptionBuffer
    private let onEpisode: @Sendable (SlowConsumerEpisode) -> Void

    /// - Parameter onEpisode: Called when an episode of dropping begins and when it ends.
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
        let consumer = state.withLock { state in
            if state.end == nil { state.end = End(error: error) }
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resolve()
    }

    /// Calls `done` when the consumer has received the end, after all messages before it, or was released.
    package func whenConsumed(_ done: @escaping @Sendable () -> Void) {
        let isConsumed = state.withLock { state in
            if !state.isConsumed { state.whenConsumed.append(done) }
            return state.isConsumed
        }
        if isConsumed { done() }
    }

    /// The messages that wait for the consumer.
    package var pending: PendingMessages {
        PendingMessages(queue: ObjectIdentifier(self), messages: state.withLock { $0.isConsumed ? 0 : $0.messages })
    }

    // MARK: The consumer

    /// Records that the consumer was released.
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

    /// Returns the next batch, which is never empty; `nil` at the end.
    /// - Throws: The error with which the subscription ended, or ``NATSError/Code/canceled``.
    package func next() async throws(NATSError) -> MessageBatch<Source>? {
        while true {
            let next: Next = state.withLock { state in
                if let batch = state.popFirst() {
                    return .batch(batch, state.isHalfEmpty(limits) ? state.endEpisode() : nil)
                }
                if state.end != nil { return .end }
                // A canceled consumer may not have removed itself yet.
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
                // The error is thrown once. After it, the sequence ends normally.
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
            "the consumer fell behind by \(limits.messages) messages or \(limits.bytes) bytes; consume messages faster or raise the limits"
        )
    }
}
