import NATSWire

/// One SUB of a connection and the local consumers that share it. Used only on the event loop.
final class SubscriptionEntry {
    /// A consumer. Each consumer gets every message.
    struct Consumer: Sendable {
        let sink: any MessageSink
        /// Whether the consumer ends with the connection.
        let endsWithConnection: Bool
        /// The number of messages until the consumer ends.
        var remaining: Int?
        /// Whether the consumer ends after the messages that the server has already sent.
        var isDraining = false
        /// Whether the consumer has been informed of an interruption, but not of its end.
        var isInterrupted = false
    }

    let sid: UInt64
    let subject: Subject
    let queueGroup: QueueGroup?
    /// Whether the SUB was removed and only messages in transit are still expected. Set by ``SubscriptionTable``.
    var isRetired = false
    /// The sids of the next older and the next newer member of the queue group. Used by ``SubscriptionTable``.
    var olderMember: UInt64?
    var newerMember: UInt64?
    private var consumers: [Consumer] = []
    // The messages of the current read. Exclusivity checks would cost a tenth of receiving a message, and overlapping accesses
    // are not possible, because only the event loop accesses these properties.
    @exclusivity(unchecked) var batch: [WireMessage] = []
    @exclusivity(unchecked) var batchBytes = 0

    init(sid: UInt64, subject: Subject, queueGroup: QueueGroup?) {
        self.sid = sid
        self.subject = subject
        self.queueGroup = queueGroup
    }

    // MARK: Consumers

    /// - Parameters:
    ///   - maxMessages: The number of messages after which the consumer ends.
    ///   - endsWithConnection: Whether the consumer ends with the connection.
    ///   - isConnected: Whether there is a connection. Otherwise the consumer waits for one, and is informed when it is
    ///     established.
    func add(_ sink: any MessageSink, maxMessages: Int?, endsWithConnection: Bool, isConnected: Bool = true) {
        var consumer = Consumer(sink: sink, endsWithConnection: endsWithConnection, remaining: maxMessages)
        consumer.isInterrupted = !isConnected
        consumers.append(consumer)
        if !isConnected { sink.awaitsConnection() }
    }

    /// Adds a consumer of a lost connection, with its remaining number of messages.
    func adopt(_ consumer: Consumer) { consumers.append(consumer) }

    /// Removes and returns all consumers without notifying them.
    func takeConsumers() -> [Consumer] {
        defer { consumers = [] }
        return consumers
    }

    /// - Returns: Whether the sink was found.
    func remove(_ sink: any MessageSink) -> Bool {
        guard let index = consumers.firstIndex(where: { $0.sink === sink }) else { return false }
        consumers.remove(at: index)
        return true
    }

    /// - Returns: Whether the sink was found and is not being drained yet.
    func beginDraining(_ sink: any MessageSink) -> Bool {
        guard let index = consumers.firstIndex(where: { $0.sink === sink }), !consumers[index].isDraining else { return false }
        consumers[index].isDraining = true
        return true
    }

    /// Whether all consumers are being drained.
    var isDraining: Bool { consumers.allSatisfy(\.isDraining) }

    /// Whether there are consumers. Without consumers, the SUB is not needed.
    var hasConsumers: Bool { !consumers.isEmpty }

    /// The number of messages after which the server may end the SUB by itself.
    ///
    /// Only a member of a queue group has its own SUB, and only there an extra message matters: another member would have
    /// received it.
    var wireLimit: UInt64? {
        guard queueGroup != nil, let remaining = consumers.first?.remaining else { return nil }
        return UInt64(max(remaining, 1))
    }

    // MARK: All consumers

    /// Delivers the batch. Consumers that have received their maximum number of messages end.
    func deliverBatch() {
        let messages = takeBatch()
        guard !messages.isEmpty else { return }
        var isAnyComplete = false
        for index in consumers.indices {
            let sink = consumers[index].sink
            guard let remaining = consumers[index].remaining else {
                sink.deliver(messages)
                continue
            }
            sink.deliver(remaining < messages.count ? Array(messages.prefix(remaining)) : messages)
            consumers[index].remaining = max(remaining - messages.count, 0)
            if remaining <= messages.count { isAnyComplete = true }
        }
        if isAnyComplete { removeAll(where: { $0.remaining == 0 }, error: nil) }
    }

    /// Discards the batch.
    func discardBatch() {
        batch = []
        batchBytes = 0
    }

    private func takeBatch() -> [WireMessage] {
        var messages = batch
        batch = []
        // The next read probably has as many messages.
        batch.reserveCapacity(min(messages.count, 512))
        // A few small messages would keep the whole 64 KiB read buffer alive.
        if let first = messages.first, batchBytes * 2 < first.retainedBytes { WireMessage.compact(&messages) }
        batchBytes = 0
        return messages
    }

    /// Handles the loss of the connection. Consumers that end with their connection end. The others miss messages from now on.
    ///
    /// - Parameter silence: The time since the last byte from the server.
    func interrupt(_ cause: NATSError, silence: Duration) {
        removeAll(where: \.endsWithConnection, error: cause)
        reportGap(cause, silence: silence)
    }

    /// Informs all consumers that they may miss messages until ``resume()``.
    func reportGap(_ cause: NATSError, silence: Duration) {
        for index in consumers.indices where !consumers[index].isInterrupted {
            consumers[index].isInterrupted = true
            consumers[index].sink.interrupted(cause, silence: silence)
        }
    }

    /// Informs all interrupted consumers that a server has the subscription again.
    func resume() {
        for index in consumers.indices where consumers[index].isInterrupted {
            consumers[index].isInterrupted = false
            consumers[index].sink.resumed()
        }
    }

    /// Ends all consumers.
    func end(_ error: NATSError?) {
        removeAll(where: { _ in true }, error: error)
    }

    private func removeAll(where isOver: (Consumer) -> Bool, error: NATSError?) {
        let over = consumers.filter(isOver)
        guard !over.isEmpty else { return }
        consumers.removeAll(where: isOver)
        for consumer in over { consumer.sink.end(error) }
    }
}
