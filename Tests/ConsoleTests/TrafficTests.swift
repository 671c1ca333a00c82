import Foundation
import TerminalUI
import Testing

@testable import Console

@Suite("Traffic")
struct TrafficTests {
    // MARK: Counting once

    @Test
    func `a topic that a watch covers is counted only from the watch`() throws {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, "orders.eu", .subscribe))
        #expect(table.receive("orders.eu", source: 1, at: 1) == true)
        table.add(Fixtures.source(2, "orders.>", .watch))
        #expect(table.receive("orders.eu", source: 1, at: 2) == false)
        #expect(table.receive("orders.eu", source: 2, at: 2) == true)
        let snapshot = table.snapshot()
        let row = try #require(snapshot.row(of: "orders.eu".utf8))
        #expect(snapshot.counters[row].messagesIn == 2)
        #expect(snapshot.counters[row].origins == [.subscribed, .watched])
    }

    @Test
    func `after the end of a watch the subscription counts again`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, "orders.eu", .subscribe))
        table.add(Fixtures.source(2, ">", .watch))
        #expect(table.receive("orders.eu", source: 1, at: 1) == false)
        table.removeSource(2)
        #expect(table.receive("orders.eu", source: 1, at: 2) == true)
    }

    @Test
    func `the oldest of overlapping subscriptions counts, and members of a queue group come last`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, "a.*", .subscribe, queue: true))
        table.add(Fixtures.source(2, "a.>", .subscribe))
        table.add(Fixtures.source(3, "a.b", .subscribe))
        #expect(table.receive("a.b", source: 1, at: 1) == false)
        #expect(table.receive("a.b", source: 2, at: 1) == true)
        #expect(table.receive("a.b", source: 3, at: 1) == false)
        table.removeSource(2)
        table.removeSource(3)
        #expect(table.receive("a.b", source: 1, at: 1) == true)
    }

    @Test
    func `a topic without a source is not counted`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, "a", .subscribe))
        table.removeSource(1)
        #expect(table.receive("a", source: 1, at: 1) == false)
    }

    @Test
    func `topics are compared by bytes: composed and decomposed é are two topics`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        table.receive("caf\u{E9}", source: 1, at: 1)
        table.receive("cafe\u{301}", source: 1, at: 1)
        #expect(table.snapshot().topics.count == 2)
    }

    @Test
    func `a set of clusters is exact for the first 63, and contains all or none of the others`() {
        var set = ClusterBits()
        #expect(set.isEmpty && set.clusters(of: 100).isEmpty)
        set.insert(2)
        set.insert(62)
        #expect(set.clusters(of: 100) == [2, 62] && set.clusters(of: 50) == [2])
        #expect(set.contains(62) && !set.contains(63) && set.containsOther(than: 2))
        set.insert(70)
        #expect(set.clusters(of: 66) == [2, 62, 63, 64, 65])
        #expect(set.contains(63) && set.contains(99))
    }

    @Test
    func `the counts of a misrouted topic are forgotten with its row`() {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 1)
        table.add(Fixtures.source(1, ">", .watch))
        let wrong = (Fixtures.ring.index(of: "orders.eu") + 1) % 3
        table.receive("orders.eu", source: 1, cluster: wrong, at: 1)
        let serial = table.snapshot().topics[0].serial
        #expect(table.snapshot().misrouted.counts(of: serial, from: 0..<3).map(\.cluster) == [wrong])
        table.receive("orders.us", source: 1, at: 2)
        #expect(table.snapshot().misrouted.isEmpty)
    }

    // MARK: Rates

    @Test
    func `rates use the measured time`() throws {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        for _ in 0..<100 { table.receive("a", bytes: 10, source: 1, at: 1) }
        table.sample(at: 2.5)
        var snapshot = table.snapshot()
        let row = try #require(snapshot.row(of: "a".utf8))
        #expect(snapshot.counters[row].rateIn == 40)
        #expect(snapshot.counters[row].byteRate == 400)
        #expect(snapshot.rateIn == 40)
        table.sample(at: 3.5)
        snapshot = table.snapshot()
        #expect(snapshot.counters[row].rateIn == 0)
        #expect(snapshot.counters[row].messagesIn == 100)
        #expect(snapshot.rates(of: row) == [40, 0])
    }

    @Test
    func `two samples at nearly the same time give one rate`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        table.sample(at: 1)
        table.receive("a", source: 1, at: 1)
        table.sample(at: 1.01)
        #expect(table.snapshot().rateIn == 0)
        table.sample(at: 2)
        #expect(table.snapshot().rateIn == 1)
    }

    @Test
    func `a topic has no rates before its first sample`() throws {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        table.sample(at: 1)
        table.receive("a", source: 1, at: 1)
        table.sample(at: 2)
        let snapshot = table.snapshot()
        #expect(snapshot.rates(of: try #require(snapshot.row(of: "a".utf8))) == [nil, 1])
    }

    @Test
    func `one minute of samples is kept for topics, and a quarter of an hour for clusters`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, "a", .subscribe))
        for second in 1...1000 { table.sample(at: Double(second)) }
        let snapshot = table.snapshot()
        #expect(snapshot.rates(of: 0, newest: 1000).count == 60)
        #expect(snapshot.clusters[0].rateIn.values.count == 900)
    }

    @Test
    func `the counts of all clusters add up to the totals`() {
        let traffic = Fixtures.traffic()
        #expect(traffic.messagesIn == 585)
        #expect(traffic.messagesOut == 10)
        let clusters: UInt64 = traffic.clusters.reduce(0) { $0 + $1.messagesIn }
        let counters: UInt64 = traffic.counters.reduce(0) { $0 + $1.messagesIn }
        #expect(clusters == counters)
    }

    // MARK: Bounds

    @Test
    func `above the capacity the least busy topics are folded and counted, and totals stay exact`() throws {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 100)
        table.add(Fixtures.source(1, ">", .watch))
        for index in 0..<100 {
            for _ in 0...index { table.receive("busy.\(index)", source: 1, at: 1) }
        }
        #expect(table.snapshot().folded.count == 0)
        for index in 0..<30 {
            table.receive("late.\(index)", source: 1, at: 2)
            table.receive("late.\(index)", source: 1, at: 2)
        }
        let snapshot = table.snapshot()
        #expect(snapshot.topics.count == 100)
        #expect(snapshot.folded.count == 30)
        #expect(snapshot.row(of: "busy.99".utf8) != nil)
        #expect(snapshot.row(of: "busy.0".utf8) == nil)
        #expect(snapshot.row(of: "late.29".utf8) != nil)
        let counted = snapshot.counters.map(\.messagesIn).reduce(0, +)
        #expect(counted + snapshot.folded.messagesIn == UInt64(5050 + 60))
        #expect(snapshot.messagesIn == UInt64(5050 + 60))
    }

    @Test
    func `very long topics replace several others, totals stay exact, and every row is still found`() throws {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 1000, textCapacity: 20_000)
        table.add(Fixtures.source(1, ">", .watch))
        for index in 0..<100 { table.receive("short.\(index)", source: 1, at: 1) }
        #expect(table.snapshot().folded.count == 0)
        let tail = String(repeating: "x", count: 400)
        for index in 0..<300 {
            for _ in 0..<2 { table.receive("long.\(index).\(tail)", source: 1, at: 2) }
            table.receive("short.\(index % 100)", source: 1, at: 2)
        }
        let snapshot = table.snapshot()
        #expect(snapshot.topics.reduce(0) { $0 + $1.textBytes } <= 20_000)
        #expect(snapshot.messagesIn == 1000)
        #expect(snapshot.counters.reduce(0) { $0 + $1.messagesIn } + snapshot.folded.messagesIn == 1000)
        #expect(Set(snapshot.topics.map(\.bytes)).count == snapshot.topics.count, "no topic has two rows")
        for topic in snapshot.topics.map(\.bytes) {
            let isCounted = table.receive(String(decoding: topic, as: UTF8.self), source: 1, at: 3)
            #expect(isCounted)
        }
        #expect(table.snapshot().topics.count == snapshot.topics.count)
        var order = TopicOrder()
        #expect(order.rows(of: snapshot, TopicSort(), filter: "").count == snapshot.topics.count)
    }

    @Test
    func `a folded topic that comes back is no longer counted as folded`() {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 1)
        table.add(Fixtures.source(1, ">", .watch))
        for topic in ["a", "b", "a", "b", "a"] { table.receive(topic, source: 1, at: 1) }
        let snapshot = table.snapshot()
        #expect(snapshot.topics.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a"])
        #expect(snapshot.folded.count == 1)
        #expect(snapshot.folded.messagesIn == 4)
        #expect(snapshot.counters[0].messagesIn == 1)
    }

    @Test
    func `published topics are folded last`() {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 2)
        table.add(Fixtures.source(1, ">", .watch))
        table.publish("mine", at: 1)
        for index in 0..<50 {
            for _ in 0..<3 { table.receive("theirs.\(index)", source: 1, at: 1) }
        }
        #expect(table.snapshot().row(of: "mine".utf8) != nil)
    }

    @Test
    func `at most 100,000 topics are counted separately`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        for index in 0..<100_200 { table.receive("t.\(index)", source: 1, at: 1) }
        let snapshot = table.snapshot()
        #expect(snapshot.topics.count == 100_000)
        #expect(snapshot.folded.count == 200)
        #expect(snapshot.messagesIn == 100_200)
    }
}
