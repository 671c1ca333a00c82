import Locking
import NATSWire
import NIOCore
import Testing

@testable import RouletteNATS

@Suite("The table of subscriptions")
struct SubscriptionTableTests {
    /// Records its calls.
    private final class Recorder: MessageSink {
        private let state = Mutex<[String]>([])

        var told: [String] { state.withLock { $0 } }
        private func note(_ text: String) { state.withLock { $0.append(text) } }

        func deliver(_ messages: [WireMessage]) {
            note(messages.map { String(buffer: $0.payload) }.joined(separator: ","))
        }
        func interrupted(_ cause: NATSError, silence: Duration) { note("interrupted") }
        func resumed() { note("resumed") }
        func end(_ error: NATSError?) { note("end \(error?.code.description ?? "")") }
    }

    /// Adds messages with these payloads to an entry, as a read of the socket does.
    private func receive(_ payloads: [String], for entry: SubscriptionEntry, in table: SubscriptionTable) throws {
        var burst = InboundBurst(subscriptions: table)
        var parser = OperationParser()
        let text = payloads.map { "MSG t \(entry.sid) \($0.utf8.count)\r\n\($0)\r\n" }.joined()
        try parser.parse(ByteBuffer(string: text), into: &burst)
        for touched in burst.touched { touched.deliverBatch() }
    }

    // MARK: The table

    @Test
    func `a subject has one shared entry without a queue group, and one for each member of a group`() throws {
        let table = SubscriptionTable()
        let group = try QueueGroup("q")
        let shared = try table.insert("a", queueGroup: nil)
        let first = try table.insert("a", queueGroup: group)
        let second = try table.insert("a", queueGroup: group)
        #expect(table.shared("a") === shared)
        #expect(table.shared("b") == nil)
        #expect(Set([shared.sid, first.sid, second.sid]).count == 3)
        #expect(table.count == 3)
        table.remove(shared.sid)
        #expect(table.shared("a") == nil)
        #expect(table[first.sid] === first)
        #expect(table.count == 2)
    }

    @Test
    func `the oldest member of a queue group is known, whichever members are removed`() throws {
        let table = SubscriptionTable()
        let group = try QueueGroup("q")
        let members = try (0..<5).map { _ in try table.insert("a", queueGroup: group) }
        func oldest() -> SubscriptionEntry? { table.oldest(subject: Array("a".utf8), queueGroup: Array("q".utf8)) }
        #expect(oldest() === members[0])
        table.remove(members[2].sid)
        table.remove(members[0].sid)
        #expect(oldest() === members[1])
        table.remove(members[4].sid)
        table.remove(members[1].sid)
        #expect(oldest() === members[3])
        let late = try table.insert("a", queueGroup: group)
        table.remove(members[3].sid)
        #expect(oldest() === late)
        table.remove(late.sid)
        #expect(oldest() == nil && table.count == 0)
    }

    @Test(.timeLimit(.minutes(1)))
    func `200,000 members of a queue group are removed in linear time`() throws {
        // In quadratic time, it takes minutes.
        let table = SubscriptionTable()
        let group = try QueueGroup("q")
        let members = try (0..<200_000).map { _ in try table.insert("a", queueGroup: group).sid }
        for sid in members.reversed() { table.remove(sid) }
        #expect(table.count == 0)
    }

    @Test
    func `subjects with different bytes are different, even if they are equal as strings`() throws {
        let table = SubscriptionTable()
        let composed = try Subject.pattern("caf\u{E9}")
        let decomposed = try Subject.pattern("cafe\u{301}")
        let entry = try table.insert(composed, queueGroup: nil)
        #expect(table.shared(composed) === entry)
        #expect(table.shared(decomposed) == nil)
    }

    @Test
    func `a slot is reused, but never a sid`() throws {
        let table = SubscriptionTable()
        var seen: Set<UInt64> = []
        for _ in 0..<100 {
            let entry = try table.insert("a", queueGroup: nil)
            #expect(seen.insert(entry.sid).inserted)
            #expect(entry.sid & 0xFF_FFFF == 1)
            table.remove(entry.sid)
            #expect(table[entry.sid] == nil)
            #expect(table.remove(entry.sid) == nil)
        }
    }

    @Test
    func `subscriptions are found by the bytes in a server's error, and invalid names are not found`() throws {
        let table = SubscriptionTable()
        let group = try QueueGroup("q")
        let pattern = try table.insert(try Subject.pattern("a.*"), queueGroup: nil)
        let oldest = try table.insert("b", queueGroup: group)
        let younger = try table.insert("b", queueGroup: group)
        let raw = try table.insert(try Subject(bytes: [0x63, 0xFF]), queueGroup: nil)
        func find(_ subject: [UInt8], _ queue: String? = nil) -> SubscriptionEntry? {
            table.oldest(subject: subject, queueGroup: queue.map { Array($0.utf8) })
        }
        #expect(find(Array("a.*".utf8)) === pattern)
        #expect(find(Array("b".utf8)) == nil)
        #expect(find(Array("b".utf8), "q") === oldest)
        table.remove(oldest.sid)
        #expect(find(Array("b".utf8), "q") === younger)
        table.remove(younger.sid)
        #expect(find(Array("b".utf8), "q") == nil)
        #expect(find([0x63, 0xFF]) === raw)
        for none in [[], [0x20], [0xFF], Array("a..b".utf8), Array(repeating: 0x61, count: 10_000)] as [[UInt8]] {
            #expect(find(none) == nil)
            #expect(find(none, "") == nil)
        }
    }

    // MARK: An entry

    @Test
    func `every consumer gets every message up to its own maximum`() throws {
        let table = SubscriptionTable()
        let entry = try table.insert("t", queueGroup: nil)
        let (all, three, five) = (Recorder(), Recorder(), Recorder())
        entry.add(all, maxMessages: nil, endsWithConnection: false)
        entry.add(three, maxMessages: 3, endsWithConnection: false)
        entry.add(five, maxMessages: 5, endsWithConnection: false)
        #expect(entry.wireLimit == nil, "the server must not end a shared SUB")
        try receive(["1", "2"], for: entry, in: table)
        try receive(["3", "4"], for: entry, in: table)
        try receive(["5"], for: entry, in: table)
        try receive(["6"], for: entry, in: table)
        #expect(all.told == ["1,2", "3,4", "5", "6"])
        #expect(three.told == ["1,2", "3", "end "])
        #expect(five.told == ["1,2", "3,4", "5", "end "])
        #expect(entry.hasConsumers)
        #expect(entry.remove(all))
        #expect(!entry.remove(all))
        #expect(!entry.hasConsumers)
    }

    @Test
    func `the server ends a member of a queue group after exactly its remaining number of messages`() throws {
        let table = SubscriptionTable()
        let entry = try table.insert("t", queueGroup: try QueueGroup("q"))
        entry.add(Recorder(), maxMessages: 10, endsWithConnection: false)
        #expect(entry.wireLimit == 10)
        try receive(["1", "2", "3", "4"], for: entry, in: table)
        #expect(entry.wireLimit == 6)
    }

    @Test
    func `a lost connection ends temporary consumers, and interrupts the others once until it is restored`() throws {
        let table = SubscriptionTable()
        let entry = try table.insert("t", queueGroup: nil)
        let (temporary, permanent, late) = (Recorder(), Recorder(), Recorder())
        entry.add(temporary, maxMessages: nil, endsWithConnection: true)
        entry.add(permanent, maxMessages: nil, endsWithConnection: false)
        let cause = NATSError(.disconnected, "gone")
        entry.interrupt(cause, silence: .zero)
        // Added without a connection, so it misses nothing.
        entry.add(late, maxMessages: nil, endsWithConnection: false)
        entry.resume()
        entry.interrupt(cause, silence: .zero)
        // Lost again before the server confirmed the subscription.
        entry.interrupt(cause, silence: .zero)
        entry.resume()
        #expect(temporary.told == ["end disconnected"])
        #expect(permanent.told == ["interrupted", "resumed", "interrupted", "resumed"])
        #expect(late.told == ["interrupted", "resumed"])
        entry.end(nil)
        #expect(permanent.told.last == "end ")
        #expect(!entry.hasConsumers)
    }
}
