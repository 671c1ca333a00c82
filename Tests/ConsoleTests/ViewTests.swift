import Roulette
import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Views")
struct ViewTests {
    private static let wide = Size(width: 120, height: 36)

    // MARK: Overview

    @Test(
        arguments: [
            (ClusterSnapshot.State.up, "●  alpha    up", "*  alpha    up"),
            (.degraded, "◐  alpha    degraded", "%  alpha    degraded"),
            (.stale, "◌  alpha    stale", "~  alpha    stale"), (.down, "○  alpha    down", "o  alpha    down"),
            (.connecting, "…  alpha    connecting", ".  alpha    connecting"),
        ]
    )
    func `every state has a glyph and a word, also in ASCII`(_ state: ClusterSnapshot.State, _ unicode: String, _ ascii: String) {
        var model = Fixtures.model(Self.wide)
        model.data.clusters = Fixtures.clusters
        model.data.clusters[0].state = state
        #expect(Screens.lines(model).contains { $0.contains(unicode) })
        #expect(Screens.lines(model, glyphs: .ascii).contains { $0.contains(ascii) })
    }

    @Test
    func `the reason why a cluster is not up is shown below it`() {
        var row = Fixtures.clusters[2]
        #expect(row.reason?.text.plain == "connection refused (next try in 0.6 s)")
        row.nextAttempt = .zero
        #expect(row.reason?.text.plain == "connection refused (trying now)")
        (row.state, row.pingMisses, row.maxPingFailure) = (.stale, 1, 2)
        #expect(row.reason?.text.plain == "no answer to 1 of 2 pings")
        #expect(Fixtures.clusters[1].reason?.text.plain == "2 of 5 publishers reconnecting: reset by peer")
        #expect(Fixtures.clusters[0].reason == nil)
    }

    @Test
    func `the age of a state is in whole seconds, so that the number of tries fits, and a stale state has no age`() {
        var row = Fixtures.clusters[2]
        row.stateDuration = .milliseconds(5_940)
        #expect(row.stateText.plain == "down 5 s, try 7")
        row.stateDuration = .microseconds(2_700)
        #expect(row.stateText.plain == "down 0 s, try 7")
        row.state = .stale
        #expect(row.stateText.plain == "stale")
    }

    @Test
    func `a filter keeps matching clusters`() {
        var model = Fixtures.busyModel(Self.wide, view: .overview)
        model.press("/")
        model.type("GAM")
        #expect(!Screens.shows("up 2h 11m", model))
        #expect(Screens.shows("down 12 s, try 7", model))
        model.press("esc")
        #expect(Screens.shows("up 2h 11m", model))
    }

    // MARK: Topics

    private func topics(_ model: ConsoleModel) -> [String] {
        var model = model
        model.prepareFrame()
        return model.views[TopicsView.self]?.order.map { model.data.traffic.topics[$0].name.plain } ?? []
    }

    @Test
    func `topics are sorted by any column in both directions, and rows with equal values keep their order`() {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        #expect(topics(model) == ["orders.eu", "orders.us", "orders.asia.tokyo", "invoices.new"])
        model.press("I")
        #expect(topics(model) == ["invoices.new", "orders.asia.tokyo", "orders.us", "orders.eu"])
        model.press("S")
        #expect(topics(model) == ["invoices.new", "orders.eu", "orders.us", "orders.asia.tokyo"])
        model.press("S", "S", "S", "S")
        #expect(topics(model) == ["invoices.new", "orders.asia.tokyo", "orders.eu", "orders.us"])
    }

    @Test
    func `the selection stays on its topic when the order changes`() {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        model.press("down")
        model.prepareFrame()
        #expect(model.views.current.selectedTopic(model.data) == "orders.us")
        model.press("I")
        model.prepareFrame()
        #expect(model.views.current.selectedTopic(model.data) == "orders.us")
        model.press("s")
        #expect(Screens.shows("Topic       orders.us", model))
    }

    @Test
    func `a filter marks matches, and the totals include all topics`() {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        model.press("/")
        model.type("ASIA")
        model.press("enter")
        #expect(topics(model) == ["orders.asia.tokyo"])
        #expect(Screens.shows("1 of 4 by ASIA", model))
        #expect(Screens.shows("4 topics, in 63/s 6.3 kB/s, out 1/s", model))
        let match = model.data.theme[.match]
        let cells = Screens.frame(model).buffer.cells.filter { $0.style.background == match.background }
        #expect(cells.map(\.text).joined() == "asia")
        model.press("esc")
        #expect(topics(model).count == 4)
    }

    @Test
    func `folded topics are in the totals`() {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 2)
        table.add(Fixtures.source(1, ">", .watch))
        for index in 0..<7 { table.receive("t.\(index)", source: 1, at: 1) }
        table.sample(at: 1)
        var model = Fixtures.model(Self.wide, view: .topics)
        model.data.traffic = table.snapshot()
        #expect(Screens.shows("2 topics and 5 less busy ones folded (5 messages)", model))
    }

    @Test
    func `enter shows hash, owner, successors and the last message`() throws {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        model.press("enter")
        #expect(Screens.shows("7277339649065724949", model))
        #expect(Screens.shows("owner        beta", model))
        #expect(Screens.shows("last message 14:03:21.000", model))
        try Screens.expect(model, "topics-detail-120x36")
        model.press("esc")
        #expect(!Screens.shows("owner        beta", model))
    }

    @Test
    func `a message from a cluster that is not the owner is marked`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        table.receive("orders.eu", source: 1, cluster: 0, at: 1)
        var model = Fixtures.model(Self.wide, view: .topics)
        model.data.traffic = table.snapshot()
        #expect(Screens.shows("beta!", model))
        model.press("enter")
        #expect(Screens.shows("seen on      alpha: another publisher", model))
    }

    // MARK: Tail

    private func delivery(_ range: Range<Int>) -> ConsoleEvent {
        .traffic(TrafficSnapshot(), TailDelivery(entries: range.map { Fixtures.entry("orders.\($0)", "body \($0)") }))
    }

    @Test
    func `the tail follows until it is paused, counts new messages while paused, and then shows them`() {
        var model = Fixtures.model(Size(width: 80, height: 24), view: .tail)
        _ = update(&model, delivery(0..<5))
        #expect(Screens.shows("▸ 14:03:22.000 alpha   orders.4", model))
        model.press("space")
        _ = update(&model, delivery(5..<8))
        #expect(Screens.shows("▸ 14:03:22.000 alpha   orders.4", model))
        #expect(Screens.shows("Tail, paused", model))
        #expect(Screens.shows("paused, 3 new", model))
        model.press("space")
        #expect(Screens.shows("▸ 14:03:22.000 alpha   orders.7", model))
    }

    @Test
    func `moving up pauses the tail, and G follows again`() {
        var model = Fixtures.model(Size(width: 80, height: 24), view: .tail)
        _ = update(&model, delivery(0..<50))
        model.press("k")
        _ = update(&model, delivery(50..<60))
        #expect(Screens.shows("▸ 14:03:22.000 alpha   orders.48", model))
        model.press("g")
        #expect(Screens.shows("▸ 14:03:22.000 alpha   orders.0 ", model))
        model.press("^d")
        #expect(Screens.shows("▸ 14:03:22.000 alpha   orders.4 ", model))
        model.press("G")
        #expect(Screens.shows("▸ 14:03:22.000 alpha   orders.59", model))
    }

    @Test
    func `the filter matches topics and payloads while the log grows`() {
        var model = Fixtures.model(Size(width: 80, height: 24), view: .tail)
        _ = update(&model, delivery(0..<20))
        model.press("/")
        model.type("BODY 1")
        model.press("enter")
        #expect(Screens.shows("11 of 20 by BODY 1", model))
        _ = update(&model, delivery(100..<102))
        #expect(Screens.shows("13 of 22 by BODY 1", model))
        model.press("esc")
        #expect(!Screens.shows("by BODY 1", model))
    }

    @Test
    func `a flood shows the rate of messages that are not shown`() {
        var model = Fixtures.model(Size(width: 80, height: 24), view: .tail)
        var now = model.data.now
        now.uptime += .seconds(100)
        _ = update(&model, .tick(now))
        _ = update(&model, .traffic(TrafficSnapshot(), TailDelivery()))
        now.uptime += .seconds(2)
        _ = update(&model, .tick(now))
        _ = update(&model, .traffic(TrafficSnapshot(), TailDelivery(entries: Fixtures.tailEntries, notShown: 25_000)))
        #expect(Screens.shows("12.5k/s not shown", model))
    }

    @Test
    func `the body is shown as JSON, text or hex, with or without wrapping`() throws {
        var model = Fixtures.busyModel(Self.wide, view: .tail)
        #expect(Screens.shows(#""sku": "A-1","#, model))
        model.press("x")
        #expect(Screens.shows("00000000  7b 22 69 64", model))
        try Screens.expect(model, "tail-hex-120x36")
        model.press("x", "J", "J")
        #expect(Screens.shows("Message, text", model))
        #expect(Screens.shows(#""paid":true"#, model))
        model.press("w")
        #expect(Screens.shows("not wrapped", model))
        #expect(!Screens.shows(#""paid":true"#, model))
    }

    @Test
    func `a body that is not JSON shows the position of the error`() {
        var model = Fixtures.model(Self.wide, view: .tail)
        model.data.tail.append(TailDelivery(entries: [Fixtures.entry("t", #"{"a":01}"#)]))
        model.press("J")
        #expect(Screens.shows("not JSON: a number must not begin", model))
    }

    @Test
    func `on a small screen enter shows the message, and esc the list`() throws {
        var model = Fixtures.busyModel(Size(width: 40, height: 12), view: .tail)
        model.press("enter")
        #expect(Screens.shows("Nats-Msg-Id: 42", model))
        try Screens.expect(model, "tail-detail-40x12")
        model.press("esc")
        #expect(!Screens.shows("Nats-Msg-Id: 42", model))
    }

    @Test
    func `C removes the messages`() {
        var model = Fixtures.busyModel(Self.wide, view: .tail)
        model.press("C")
        #expect(model.data.tail.entries.isEmpty)
        #expect(Screens.shows("Waiting for messages.", model))
    }

    // MARK: Events

    @Test
    func `events are filtered by text, cluster and severity`() {
        var model = Fixtures.busyModel(Self.wide, view: .events)
        for (filter, count) in [("lost", 2), ("gamma", 2), ("warn", 1), ("nothing", 0)] {
            model.press("/", "^u")
            model.type(filter)
            model.press("enter")
            #expect(Screens.shows("\(count) of 4 by \(filter)", model))
        }
    }

    // MARK: Themes

    @Test
    func `without color attributes replace colors`() {
        let theme = Fixtures.theme(.none)
        #expect(theme[.selection].modifiers.contains(.reverse))
        #expect(theme[.statusDown].modifiers.contains(.bold))
        for role in ThemeRole.allCases {
            #expect(theme[role].foreground == nil && theme[role].background == nil, "\(role)")
        }
    }
}
