import Foundation
import TerminalUI
import Testing

@testable import Console

@Suite("Tail store")
struct TailStoreTests {
    private func entries(_ range: Range<Int>, bytes: Int = 4) -> [TailEntry] {
        range.map { Fixtures.entry("t.\($0)", String(repeating: "x", count: bytes)) }
    }

    @Test
    func `the number of messages is limited, and removed messages are counted`() throws {
        var log = TailLog(capacity: 3)
        log.append(TailDelivery(entries: entries(0..<5)))
        #expect(log.entries.count == 3)
        #expect(log.dropped == 2)
        #expect(log.firstID == 3)
        #expect(try #require(log[3]).topic.elementsEqual("t.2".utf8))
        #expect(log[2] == nil)
        #expect(log[6] == nil)
    }

    @Test
    func `the number of bytes is limited`() {
        var log = TailLog(byteCapacity: 10_000)
        log.append(TailDelivery(entries: entries(0..<100, bytes: 1000)))
        #expect(log.byteCount <= 10_000)
        #expect(log.entries.count == 9)
        #expect(log.dropped == 91)
        #expect(log.byteCount == log.entries.reduce(0) { $0 + $1.size })
    }

    @Test
    func `the limits have the designed values`() {
        let log = TailLog()
        #expect(log.capacity == 5_000)
        #expect(log.byteCapacity == 16 << 20)
    }

    @Test
    func `a payload above the limit is cut and marked`() {
        let entry = TailEntry(epochSeconds: 0, cluster: 0, topic: "t".utf8, payload: [UInt8](repeating: 65, count: 1 << 20))
        #expect(entry.payloadLength == 1 << 20)
        #expect(entry.payload.count == TailEntry.maximumPayload)
        #expect(entry.isCut)
    }

    @Test
    func `a burst is kept completely, a flood is sampled, and every message is counted`() {
        var inbox = TailInbox()
        for _ in 0..<1_000 { inbox.add { Fixtures.entry("t", "x") } }
        var delivery = inbox.deliver(at: 1)
        #expect(delivery.entries.count == 1_000)
        #expect(delivery.notShown == 0)
        for _ in 0..<50_000 { inbox.add { Fixtures.entry("t", "x") } }
        delivery = inbox.deliver(at: 2)
        #expect(delivery.entries.count == 1_000)
        #expect(delivery.notShown == 49_000)
        for _ in 0..<10 { inbox.add { Fixtures.entry("t", "x") } }
        #expect(inbox.deliver(at: 2.25).entries.count == 10)
    }

    @Test
    func `an entry that is not kept is not created`() {
        var inbox = TailInbox()
        var made = 0
        for _ in 0..<5_000 {
            inbox.add {
                made += 1
                return Fixtures.entry("t", "x")
            }
        }
        #expect(made == 1_000)
    }

    @Test
    func `the rate of messages that are not shown uses the measured time`() {
        var rate = TailRate()
        rate.add(notShown: 100, at: .milliseconds(500))
        #expect(rate.notShown == 0)
        rate.add(notShown: 200, at: .milliseconds(1500))
        #expect(rate.notShown == 200)
        rate.add(notShown: 0, at: .milliseconds(2500))
        #expect(rate.notShown == 0)
    }
}

@Suite("Event log")
struct EventLogTests {
    @Test
    func `the log is limited, and the oldest events are removed first`() {
        var log = EventList()
        for index in 0..<2_100 { log.append(EventRow(.note, .info, detail: "\(index)"), at: Fixtures.now) }
        #expect(log.rows.count == 2_000)
        #expect(log.dropped == 100)
        #expect(log.rows.first?.text.plain == "100")
    }

    @Test
    func `a row says what happened to the connection, and to its messages`() {
        let moved = EventRow(.moved, .warning, cluster: 0, connection: .publisher(0), detail: "n2 2.12.0", unconfirmed: 1)
        #expect(moved.text.plain == "publisher 0 moved to n2 2.12.0, up to 1 message not confirmed")
        let closed = EventRow(.closed, .error, cluster: 0, connection: .publisher(0), detail: "1 message not sent")
        #expect(closed.text.plain == "publisher 0 closed, 1 message not sent")
        #expect(EventRow(.closed, .info, cluster: 0, detail: "").text.plain == "connection closed")
    }

    @Test
    func `the loss of a pool is one row`() {
        var log = EventList()
        for slot in 0..<5 {
            for cluster in 0..<2 {
                let row = EventRow(
                    .lost,
                    .error,
                    cluster: cluster,
                    connection: .publisher(slot),
                    detail: "reset by peer",
                    unconfirmed: 2
                )
                log.append(row, at: Fixtures.now)
            }
        }
        #expect(
            log.rows.map(\.text.plain)
                == Array(
                    repeating: "5 connections lost: reset by peer, up to 10 messages not confirmed",
                    count: 2
                )
        )
        log.append(EventRow(.connected, .info, cluster: 0, connection: .publisher(0), detail: "n1 2.9.10"), at: Fixtures.now)
        log.append(EventRow(.lost, .error, cluster: 0, connection: .publisher(0), detail: "reset by peer"), at: Fixtures.now)
        #expect(log.rows.count == 4)
        #expect(log.rows.last?.text.plain == "publisher 0 lost: reset by peer")
    }
}
