import ConsistentHashing
import TerminalUI
import Testing

@testable import Console

@Suite("Ring")
struct RingTests {
    private func model(_ size: Size = Size(width: 120, height: 36)) -> ConsoleModel { Fixtures.busyModel(size, view: .ring) }

    @Test
    func `the view shows the shares of keys and traffic, and the ratio of the largest share to the mean`() {
        let model = model()
        #expect(Screens.lines(model).contains { $0.contains("35 %") && $0.contains("98 %") && $0.contains("2.82x hot") })
        #expect(Screens.shows("max/mean: keys 1.05x, traffic 2.95x, 64/s in and out", model))
    }

    @Test
    func `without traffic nothing is hot and nothing is divided by zero`() {
        var model = Fixtures.model(Size(width: 120, height: 36), view: .ring)
        model.data.clusters = Fixtures.clusters
        #expect(Screens.shows("traffic –", model))
        #expect(Screens.shows("No traffic, or no topic is watched.", model))
        #expect(!Screens.shows("hot ", model))
    }

    @Test
    func `the hottest topics come first, with their owners, and a filter keeps matching topics`() {
        var model = model()
        let rows = Screens.lines(model).filter { $0.contains("orders.") && $0.contains(" %") }
        #expect(rows.first?.contains("orders.eu") == true)
        model.press("/")
        model.type("US")
        model.press("enter")
        #expect(Screens.shows("1 of 4 by US", model))
        #expect(Screens.shows("orders.us → beta", model), "the selected topic's route")
    }

    @Test
    func `the hottest of many topics are those with the highest rates, in order, up to the limit`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        for topic in 0..<300 { for _ in 0..<(topic * 7 % 300) { table.receive("t.\(topic)", source: 1, at: 1) } }
        table.sample(at: 1)
        var model = Fixtures.model(view: .ring)
        model.data.traffic = table.snapshot()
        let figures = RingFigures(model.data)
        let rates = figures.hottest.map { model.data.traffic.counters[$0].rateIn }
        #expect(rates.count == RingFigures.topicCount)
        #expect(rates == Array(model.data.traffic.counters.map(\.rateIn).sorted(by: >).prefix(RingFigures.topicCount)))
    }

    @Test
    func `a topic that is received from a cluster that does not own it is counted and marked`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        table.receive("orders.eu", source: 1, cluster: 0, at: 1)
        // Replies arrive on the connection of their request, so their owner on the ring does not matter.
        for cluster in 0..<3 { table.receive("_INBOX.abc.1", source: 1, cluster: cluster, at: 1) }
        table.sample(at: 1)
        var model = Fixtures.model(Size(width: 120, height: 36), view: .ring)
        model.data.traffic = table.snapshot()
        #expect(Screens.shows("1 topic seen on a cluster that is not the owner", model))
        #expect(Screens.shows("beta!", model))
        #expect(Screens.lines(model).count { $0.contains("!") } == 1)
    }

    @Test
    func `the strip shows the owner of each part, and :route marks the position of a topic until esc`() throws {
        var model = model()
        let strip = try #require(Screens.lines(model).first { $0.contains("2111") })
        let cells = strip.filter { "123".contains($0) }
        let ring = Fixtures.ring
        let parts = ring.shares(inParts: cells.count)
        for (cell, part) in zip(cells, parts) {
            let owner = try #require(part.indices.max { part[$0] < part[$1] })
            #expect(String(cell) == String(owner + 1))
        }
        model.press(":")
        model.type("route invoices.new")
        model.press("enter")
        model.notice = nil
        let hash = HashRing.hash(of: "invoices.new")
        #expect(Screens.shows("invoices.new → gamma, hash \(hash), then", model))
        let mark = try #require(Screens.lines(model).first { $0.contains("▲") })
        let column = mark.unicodeScalars.prefix { $0 != "▲" }.count - 2
        #expect(column == Int(Double(hash) / 0x1p64 * Double(cells.count)))
        model.press("s")
        #expect(Screens.shows("invoices.new", model))
        model.press("esc", "esc")
        #expect(Screens.shows("orders.eu → beta", model))
    }
}
