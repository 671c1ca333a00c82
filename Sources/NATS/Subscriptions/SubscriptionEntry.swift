import NATSWire

/// One SUB of a connection and the local consumers that share it. Confined to the event loop.
final class SubscriptionEntry {
    /// One of the consumers, each of which gets every message.
    struct Consumer: Sendable {
        let sink: any MessageSink
        /// Whether the loss of the connection ends it.
        let endsWithConnection: Bool
        /// Messages still to come before it is over.
        var remaining: Int?
        /// Whether it was told that it has no connection, and not yet that it has one.
        var isInterrupted = false
    }

    let sid: UInt64
    let subject: Subject
    let queueGroup: QueueGroup?
    private var consumers: [Consumer] = []
    // What came in the current read. Checking for overlapping access would cost a tenth of receiving a message, and there
    // is none: only the event loop gets here.
    @exclusivity(unchecked) var batch: [WireMessage] = []
    @exclusivity(unchecked) var batchBytes = 0

    init(sid: UInt64, subject: Subject, queueGroup: QueueGroup?) {
        self.sid = sid
        self.subject = subject
        self.queueGroup = queueGroup
    }

    // MARK: Consumers

    /// - Parameters:
    ///   - maxMessages: after this many it is over.
    ///   - endsWithConnection: the loss of the connection ends it.
    ///   - isConnected: otherwise it waits for a connection, and is told when it has one.
    func add(_ sink: any MessageSink, maxMessages: Int?, endsWithConnection: Bool, isConnected: Bool = true) {
        var consumer = Consumer(sink: sink, endsWithConnection: endsWithConnection, remaining: maxMessages)
        consumer.isInterrupted = !isConnected
        consumers.append(consumer)
        if !isConnected { sink.awaitsConnection() }
    }

    /// Adds a consumer of a connection that was lost, with what is left of its number of messages.
    func adopt(_ consumer: Consumer) { consumers.append(consumer) }

    /// Takes all consumers away without telling them.
    func takeConsumers() -> [Consumer] {
        defer { consumers = [] }
        return consumers
    }

    /// - Returns: whether it was there.
    func remove(_ sink: any MessageSink) -> Bool {
        guard let index = consumers.firstIndex(where: { $0.sink === sink }) else { return false }
        consumers.remove(at: index)
        return true
    }

    /// Without one, the SUB has no purpose any more.
    var hasConsumers: Bool { !consumers.isEmpty }

    var sinks: [any MessageSink] { consumers.map(\.sink) }

    /// After how many messages the server may end it by itself.
    ///
    /// Only the member of a queue group has its SUB for itself, and only there it matters that not one message more is
    /// sent: another member would have got it.
    var wireLimit: UInt64? {
        guard queueGroup != nil, let remaining = consumers.first?.remaining else { return nil }
        return UInt64(max(remaining, 1))
    }

    // MARK: What happens to all of them

    /// Delivers the batch. A consumer that has received its maximum number of messages ends.
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

    /// Forgets what came in.
    func discardBatch() {
        batch = []
        batchBytes = 0
    }

    private func takeBatch() -> [WireMessage] {
        var messages = batch
        batch = []
        // The next read probably brings as many.
        batch.reserveCapacity(min(messages.count, 512))
        // A few small messages would keep the whole 64 KiB they were read into alive.
        if let first = messages.first, batchBytes * 2 < first.retainedBytes { WireMessage.compact(&messages) }
        batchBytes = 0
        return messages
    }

    /// The connection was lost. Consumers that end with their connection end; the others miss messages from now on.
    ///
    /// - Parameter silence: The time since the server was last heard of.
    func interrupt(_ cause: NATSError, silence: Duration) {
        removeAll(where: \.endsWithConnection, error: cause)
        reportGap(cause, silence: silence)
    }

    /// All consumers may miss messages until ``resume()``.
    func reportGap(_ cause: NATSError, silence: Duration) {
        for index in consumers.indices where !consumers[index].isInterrupted {
            consumers[index].isInterrupted = true
            consumers[index].sink.interrupted(cause, silence: silence)
        }
    }

    /// A server knows the subscription again.
    func resume() {
        for index in consumers.indices where consumers[index].isInterrupted {
            consumers[index].isInterrupted = false
            consumers[index].sink.resumed()
        }
    }

    /// It is over for all of them.
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
