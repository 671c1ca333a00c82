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

    /// The members of a queue group, oldest first. Each entry has the sids of its neighbors, so that thousands of members are
    /// removed in linear time.
    private struct GroupMembers {
        var oldest: UInt64
        var newest: UInt64
    }

    private static let slotBits: UInt64 = 24
    private static let slotMask: UInt64 = (1 << slotBits) - 1
    /// Slot 0 is unused, so that no sid is 0.
    @exclusivity(unchecked) private var slots: ContiguousArray<Slot> = [Slot(sid: 0, entry: nil)]
    private var freeSlots: [Int] = []
    private var sidBySubject: [Subject: UInt64] = [:]
    private var groups: [GroupKey: GroupMembers] = [:]
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
        return groups[GroupKey(subject: subject, queueGroup: group)].flatMap { self[$0.oldest] }
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
            append(entry, to: GroupKey(subject: subject, queueGroup: queueGroup))
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
        if !entry.isRetired { removeName(of: entry) }
        slots[slot].entry = nil
        freeSlots.append(slot)
        count -= 1
        return entry
    }

    /// Keeps an entry only for the messages that are in transit. A later subscription to its subject has its own SUB.
    func retire(_ entry: SubscriptionEntry) {
        removeName(of: entry)
        entry.isRetired = true
    }

    private func removeName(of entry: SubscriptionEntry) {
        if let queueGroup = entry.queueGroup {
            unlink(entry, from: GroupKey(subject: entry.subject, queueGroup: queueGroup))
        } else {
            sidBySubject[entry.subject] = nil
        }
    }

    private func append(_ entry: SubscriptionEntry, to key: GroupKey) {
        guard let members = groups[key] else {
            groups[key] = GroupMembers(oldest: entry.sid, newest: entry.sid)
            return
        }
        entry.olderMember = members.newest
        self[members.newest]?.newerMember = entry.sid
        groups[key]?.newest = entry.sid
    }

    private func unlink(_ entry: SubscriptionEntry, from key: GroupKey) {
        switch (entry.olderMember, entry.newerMember) {
        case (nil, nil): groups[key] = nil
        case (nil, let newer?): groups[key]?.oldest = newer
        case (let older?, nil): groups[key]?.newest = older
        case (_?, _?): break
        }
        if let older = entry.olderMember { self[older]?.newerMember = entry.newerMember }
        if let newer = entry.newerMember { self[newer]?.olderMember = entry.olderMember }
        (entry.olderMember, entry.newerMember) = (nil, nil)
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
