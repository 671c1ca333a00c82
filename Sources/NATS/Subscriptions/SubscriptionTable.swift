import NATSWire

/// One subscription of a connection. Confined to the event loop.
final class SubscriptionEntry {
    let sid: UInt64
    let subject: Subject
    let queueGroup: QueueGroup?
    let sink: any MessageSink
    /// Whether the loss of the connection ends it.
    let endsWithConnection: Bool
    /// After this many messages it is over.
    let maxMessages: Int?
    private(set) var received = 0
    /// Whether it stood on the connection that was lost last.
    var wasInterrupted = false
    /// What came in the current read.
    var batch: [WireMessage] = []
    var batchBytes = 0
    private var previousBatchCount = 1

    init(
        sid: UInt64,
        subject: Subject,
        queueGroup: QueueGroup?,
        maxMessages: Int?,
        endsWithConnection: Bool,
        sink: any MessageSink
    ) {
        self.sid = sid
        self.subject = subject
        self.queueGroup = queueGroup
        self.maxMessages = maxMessages
        self.endsWithConnection = endsWithConnection
        self.sink = sink
    }

    /// Messages still to come before it is over; what a new connection's UNSUB has to say.
    var remaining: Int? { maxMessages.map { $0 - received } }

    /// Hands out what came in, never more than the agreed number.
    func takeBatch() -> [WireMessage] {
        var messages = batch
        batch = []
        if let remaining, messages.count > remaining { messages.removeLast(messages.count - remaining) }
        received += messages.count
        // The next read probably brings as many.
        batch.reserveCapacity(min(messages.count, 512))
        // A few small messages would keep the whole 64 KiB they were read into alive.
        if let first = messages.first, batchBytes * 2 < first.retainedBytes { WireMessage.compact(&messages) }
        batchBytes = 0
        return messages
    }
}

/// The subscriptions of a connection by their ids. Confined to the event loop.
///
/// A sid is unique for the life of the client, since a server silently ignores a second SUB with a sid it knows and late
/// messages may still carry an old one: the low 24 bits are a slot, the bits above count how often the slot was used.
final class SubscriptionTable {
    private struct Slot {
        var sid: UInt64
        var entry: SubscriptionEntry?
    }

    private static let slotBits: UInt64 = 24
    private static let slotMask: UInt64 = (1 << slotBits) - 1
    /// Slot 0 stays unused, so that no sid is 0.
    private var slots: ContiguousArray<Slot> = [Slot(sid: 0, entry: nil)]
    private var freeSlots: [Int] = []
    private(set) var count = 0

    subscript(sid: UInt64) -> SubscriptionEntry? {
        let slot = Int(sid & Self.slotMask)
        guard slot < slots.count, slots[slot].sid == sid else { return nil }
        return slots[slot].entry
    }

    /// - Parameter make: makes the entry for the sid it gets.
    /// - Throws: ``NATSError/Code/configuration`` when 16 million subscriptions exist.
    func insert(_ make: (UInt64) -> SubscriptionEntry) throws(NATSError) -> SubscriptionEntry {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            slots[slot].sid &+= Self.slotMask + 1
        } else {
            guard UInt64(slots.count) <= Self.slotMask else {
                throw NATSError(.configuration, "this connection has 16 million subscriptions, which is the limit")
            }
            slot = slots.count
            slots.append(Slot(sid: UInt64(slot), entry: nil))
        }
        let entry = make(slots[slot].sid)
        slots[slot].entry = entry
        count += 1
        return entry
    }

    @discardableResult
    func remove(_ sid: UInt64) -> SubscriptionEntry? {
        guard let entry = self[sid] else { return nil }
        let slot = Int(sid & Self.slotMask)
        slots[slot].entry = nil
        freeSlots.append(slot)
        count -= 1
        return entry
    }

    /// All entries in the order of their slots.
    var entries: [SubscriptionEntry] {
        slots.compactMap(\.entry)
    }
}
