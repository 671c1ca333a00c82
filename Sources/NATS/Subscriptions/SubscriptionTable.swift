import NATSWire

/// The subscriptions of a connection, by ID and by subject. Used only on the event loop.
///
/// All consumers of one subject or pattern share one SUB, and each gets every message. Each member of a queue group has its own
/// SUB: the server distributes the messages among SUBs, so that members here and elsewhere count equally. It ends the SUB of a
/// member with a limit after exactly that number, and sends the next message to another member.
///
/// A sid is unique for the life of the client, because a server silently ignores a second SUB with a known sid, and late messages
/// may still carry an old one. The low 24 bits are a slot, and the bits above count how often the slot was used.
final class SubscriptionTable {
    private struct Slot {
        var sid: UInt64
        var entry: SubscriptionEntry?
    }

    private struct GroupKey: Hashable {
        let subject: Subject
        let queueGroup: QueueGroup
    }

    private static let slotBits: UInt64 = 24
    private static let slotMask: UInt64 = (1 << slotBits) - 1
    /// Slot 0 is unused, so that no sid is 0.
    @exclusivity(unchecked) private var slots: ContiguousArray<Slot> = [Slot(sid: 0, entry: nil)]
    private var freeSlots: [Int] = []
    private var sidBySubject: [Subject: UInt64] = [:]
    private var sidsByGroup: [GroupKey: [UInt64]] = [:]
    /// The number of SUBs.
    private(set) var count = 0

    subscript(sid: UInt64) -> SubscriptionEntry? {
        let slot = Int(sid & Self.slotMask)
        guard slot < slots.count, slots[slot].sid == sid else { return nil }
        return slots[slot].entry
    }

    /// Returns the SUB that all consumers of a subject share.
    func shared(_ subject: Subject) -> SubscriptionEntry? {
        sidBySubject[subject].flatMap { self[$0] }
    }

    /// Returns the SUB that a server refers to by these names. For several members of a group, it is the oldest one.
    func oldest(subject bytes: [UInt8], queueGroup: [UInt8]?) -> SubscriptionEntry? {
        // Invalid names are not in the table.
        guard let subject = Subject(patternBytes: bytes) else { return nil }
        guard let queueGroup else { return shared(subject) }
        guard let name = String(validating: queueGroup, as: UTF8.self), let group = try? QueueGroup(name) else { return nil }
        return sidsByGroup[GroupKey(subject: subject, queueGroup: group)]?.first.flatMap { self[$0] }
    }

    /// Adds the entry of a new SUB.
    ///
    /// - Throws: ``NATSError/Code/configuration`` if there are already 16 million subscriptions.
    func insert(_ subject: Subject, queueGroup: QueueGroup?) throws(NATSError) -> SubscriptionEntry {
        let slot = try takeSlot()
        let sid = slots[slot].sid
        let entry = SubscriptionEntry(sid: sid, subject: subject, queueGroup: queueGroup)
        slots[slot].entry = entry
        if let queueGroup {
            sidsByGroup[GroupKey(subject: subject, queueGroup: queueGroup), default: []].append(sid)
        } else {
            sidBySubject[subject] = sid
        }
        count += 1
        return entry
    }

    private func takeSlot() throws(NATSError) -> Int {
        if let free = freeSlots.popLast() {
            slots[free].sid &+= Self.slotMask + 1
            return free
        }
        guard UInt64(slots.count) <= Self.slotMask else {
            throw NATSError(.configuration, "this connection has 16 million subscriptions, which is the limit")
        }
        slots.append(Slot(sid: UInt64(slots.count), entry: nil))
        return slots.count - 1
    }

    @discardableResult
    func remove(_ sid: UInt64) -> SubscriptionEntry? {
        guard let entry = self[sid] else { return nil }
        let slot = Int(sid & Self.slotMask)
        slots[slot].entry = nil
        freeSlots.append(slot)
        if let queueGroup = entry.queueGroup {
            let key = GroupKey(subject: entry.subject, queueGroup: queueGroup)
            sidsByGroup[key]?.removeAll { $0 == sid }
            if sidsByGroup[key]?.isEmpty == true { sidsByGroup[key] = nil }
        } else {
            sidBySubject[entry.subject] = nil
        }
        count -= 1
        return entry
    }

    /// All entries in the order of their slots.
    var entries: [SubscriptionEntry] {
        slots.compactMap(\.entry)
    }
}

extension Subject {
    fileprivate init?(patternBytes bytes: [UInt8]) {
        let subject =
            if let text = String(validating: bytes, as: UTF8.self) {
                try? Subject.pattern(text)
            } else {
                try? Subject(bytes: bytes)
            }
        guard let subject else { return nil }
        self = subject
    }
}
