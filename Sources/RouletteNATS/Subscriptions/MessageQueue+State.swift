import DequeModule
import NATSWire

extension MessageQueue {
    struct State {
        var batches = Deque<MessageBatch<Source>>()
        var messages = 0
        var bytes = 0
        var end: End?
        /// Whether the consumer has received the end, or was released.
        var isConsumed = false
        /// Whether the consumer was released.
        var isAbandoned = false
        /// Whether the subscription was canceled by its user.
        var isCanceled = false
        /// Whether a closure consumes the queue and has not returned.
        var isInClosure = false
        /// The loops in progress, and whether the last one was left before the end.
        var iterations = 0
        var hasLeft = false
        /// The hand of the loop in progress.
        var hand: ConsumerHand?
        /// The messages that a consumer without a loop is handling.
        var batchInHand = 0
        /// Messages in the hand of a loop when it was left.
        var leftBehind = 0
        /// Batches with requests whose messages are still in use.
        var requestBatches = 0
        var whenDone: [@Sendable () -> Void] = []
        var waitingForEnd: [Waiter] = []
        var consumer: Waiter?
        /// Where the consumer runs.
        var place: Consumers.Place?
        var dropped: UInt64 = 0
        /// Messages that the consumer took since it last suspended.
        var takenInTurn = 0
        /// The value of ``dropped`` when the current episode began.
        var droppedBeforeEpisode: UInt64?
    }

    /// A class, so that the many queues that have not ended need no space for an error.
    final class End: Sendable {
        let error: NATSError?

        init(error: NATSError?) {
            self.error = error
        }
    }
}

// MARK: - The work of the consumer

extension MessageQueue.State {
    mutating func beginIteration(_ hand: ConsumerHand) {
        iterations += 1
        hasLeft = false
        self.hand = hand
    }

    mutating func endIteration(_ hand: ConsumerHand) {
        iterations -= 1
        hasLeft = iterations == 0 && !isConsumed
        // The message in hand was the last one that the loop handled.
        if hand.count > 1 { leftBehind += hand.count - 1 }
        hand.hold(0)
        if self.hand === hand { self.hand = nil }
    }

    mutating func finishHand(_ hand: ConsumerHand?) {
        if let hand { return hand.hold(0) }
        // A consumer that takes batches after it left a loop has come back.
        hasLeft = false
        batchInHand = 0
    }

    mutating func fillHand(_ hand: ConsumerHand?, with batch: MessageBatch<Source>) {
        let count = batch.messages.count
        if let hand { hand.hold(count) } else { batchInHand = count }
        if batch.hasRequests { requestBatches += 1 }
    }

    /// Received messages that the consumer has not begun to handle.
    var waiting: Int {
        if isAbandoned || isCanceled && hasLeft { return 0 }
        let inHand = hand?.count ?? 0
        return messages + leftBehind + max(inHand - 1, 0)
    }

    /// Messages that the consumer is handling. A batch of requests that are answered elsewhere counts as one.
    var inHand: Int { max(min(hand?.count ?? 0, 1) + batchInHand, requestBatches) }

    /// Whether the consumer has nothing left to do, or will never do it.
    var isDone: Bool {
        if requestBatches > 0 { return false }
        if isAbandoned { return true }
        if hasLeft, batchInHand == 0 { return true }
        if isInClosure { return false }
        return isConsumed || end != nil && messages == 0 && inHand == 0
    }

    /// Whether the consumer will stay done.
    var isSettled: Bool { isConsumed && isDone && !isInClosure && leftBehind == 0 || isAbandoned && requestBatches == 0 }

    mutating func takeCallbacks() -> [@Sendable () -> Void] {
        guard isDone, !whenDone.isEmpty else { return [] }
        defer { whenDone = [] }
        return whenDone
    }

    /// Counts taken messages. Returns whether the consumer must let other tasks run.
    mutating func endsTurn(taking count: Int) -> Bool {
        takenInTurn += count
        guard takenInTurn >= Int(PublishPause.messagesPerTurn) else { return false }
        takenInTurn = 0
        return true
    }
}

// MARK: - The buffer

extension MessageQueue.State {
    mutating func append(_ batch: MessageBatch<Source>, limits: SubscriptionBuffer) {
        var batch = batch
        var size = 0
        for message in batch.messages {
            size += message.byteCount
            if message.isRequest { batch.hasRequests = true }
        }
        if messages + batch.messages.count <= limits.messages, bytes + size <= limits.bytes {
            return add(batch, bytes: size)
        }
        switch limits.overflow {
        case .dropNewest, .fail:
            let fitting = fittingPrefix(of: batch.messages, limits: limits)
            dropped += UInt64(batch.messages.count - fitting.count)
            if fitting.count > 0 {
                batch.messages.removeLast(batch.messages.count - fitting.count)
                add(batch, bytes: fitting.bytes)
            }
        case .dropOldest:
            add(batch, bytes: size)
            dropOldest(until: limits)
        }
    }

    func isHalfEmpty(_ limits: SubscriptionBuffer) -> Bool {
        messages <= limits.messages / 2 && bytes <= limits.bytes / 2
    }

    mutating func endEpisode() -> SlowConsumerEpisode? {
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

    mutating func popFirst() -> MessageBatch<Source>? {
        guard let batch = batches.popFirst() else { return nil }
        messages -= batch.messages.count
        bytes -= batch.bytes
        return batch
    }
}
