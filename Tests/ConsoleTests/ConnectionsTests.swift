import Roulette
import RouletteNATS
import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Connections")
struct ConnectionsTests {
    private static let wide = Size(width: 120, height: 36)
    private static let medium = Size(width: 80, height: 24)

    private func model(_ size: Size = wide) -> ConsoleModel { Fixtures.busyModel(size, view: .connections) }

    private func selection(_ model: ConsoleModel) -> ConnectionRow.ID? {
        var model = model
        model.prepareFrame()
        return model.views[ConnectionsView.self]?.list.selection
    }

    @Test
    func `each connection has a row with a glyph and a word for its state`() {
        let model = model(Size(width: 300, height: 80))
        #expect(Screens.shows("●  alpha    publisher 0   up 2h 11m", model))
        #expect(Screens.shows("○  beta     publisher 1   try 4 in 1.4 s", model))
        #expect(Screens.shows("○  gamma    subscriber 4  try 8 in 0.6 s", model))
        #expect(Screens.lines(model).count { $0.contains("publisher ") || $0.contains("subscriber ") } >= 30)
    }

    @Test(
        arguments: [
            (ConnectionSnapshot.State.idle, "idle"), (.connecting, "connecting, try 3"), (.handshaking, "handshake, try 3"),
            (.connected, "up 12 s"), (.stale, "stale, ping 1/2"), (.reconnecting, "try 4 in 0.6 s"), (.closed, "closed"),
        ]
    )
    func `every state has a text`(_ state: ConnectionSnapshot.State, _ text: String) {
        var row = ConnectionRow(id: .init(cluster: 0, role: .publisher, slot: 0))
        row.state = state
        (row.stateDuration, row.attempt, row.nextAttempt, row.pingMisses) = (.seconds(12), 3, .milliseconds(600), 1)
        #expect(row.stateText.plain == text)
    }

    @Test
    func `a remark appears if all connections of a meshed cluster are on one node, but not for a single server`() {
        var model = model(Size(width: 300, height: 80))
        #expect(Screens.shows("alpha: all 10 connections on one node, alpha-1 · beta: beta-1 5, beta-2 3", model))
        let spread = NodeSpread(model.data.clusters[0])
        #expect(spread?.isLopsided == true)
        for index in 0..<10 { model.data.clusters[0].connections[index].server = Fixtures.server(0, cluster: nil) }
        #expect(NodeSpread(model.data.clusters[0])?.isLopsided == false)
        #expect(NodeSpread(model.data.clusters[1])?.isLopsided == false)
        #expect(NodeSpread(model.data.clusters[2]) == nil)
    }

    @Test
    func `the details show everything and, for a lost connection, the age of the figures`() {
        var model = model()
        for text in [
            "publisher 0 of alpha", "alpha-1, nats-server 2.10.22", "Nalpha1", "0 in a row, lost at 2",
            "none, plain text", "p50 0.21 ms, p99 0.90 ms", "12400 messages, 1.6 MB",
        ] { #expect(Screens.shows(text, model), "\(text)") }
        for _ in 0..<10 { model.press("down") }
        for text in ["publisher 0 of beta", "down for 13 s", "reset by peer", "As of 13 s ago:", "at most 2 messages"] {
            #expect(Screens.shows(text, model), "\(text)")
        }
        let muted = model.data.theme[.muted].foreground
        let frame = Screens.frame(model).buffer
        let y = frame.lines().firstIndex { $0.contains("12400 messages") }
        #expect(y != nil)
        if let y {
            let shown = (0..<frame.size.width).compactMap { frame[Point(x: $0, y: y)] }.filter { $0.text == "4" }
            #expect(shown.last?.style.foreground == muted)
        }
        for _ in 0..<4 { model.press("down") }
        #expect(Screens.shows("TLS 1.3, not verified", model))
    }

    @Test
    func `the selection stays on its connection when the rows change`() {
        var model = model()
        for _ in 0..<12 { model.press("down") }
        let selected = selection(model)
        #expect(selected == .init(cluster: 1, role: .publisher, slot: 2))
        model.data.clusters[0].connections.removeLast(4)
        #expect(selection(model) == selected)
    }

    @Test
    func `enter on a cluster of the Overview shows its connections, and esc or the key of the view shows all`() {
        var model = Fixtures.busyModel(Self.wide, view: .overview)
        model.press("down", "enter")
        #expect(Screens.shows("Connections of beta", model))
        #expect(Screens.shows("8 of 10 up", model) && Screens.shows("only beta  esc shows all", model))
        model.press("/")
        model.type("publisher")
        model.press("enter")
        #expect(Screens.shows("5 of 10 by publisher", model))
        #expect(Screens.shows("only beta, filter publisher  esc clears the filter", model))
        model.press("esc")
        #expect(Screens.shows("8 of 10 up", model))
        #expect(!Screens.shows("alpha    publisher", model))
        model.press("esc")
        #expect(Screens.shows("18 of 30 up", model))
        model.press("1", "enter", "1", "4")
        #expect(Screens.shows("18 of 30 up", model))
    }

    @Test
    func `the filter matches cluster, role, state, server and error`() {
        var model = model()
        for (filter, count) in [("gamma", 10), ("PUBLISHER", 15), ("stale", 0), ("beta-2", 4), ("refused", 10)] {
            model.press("/", "^u")
            model.type(filter)
            model.press("enter")
            #expect(Screens.shows("\(count) of 30 by \(filter)", model))
        }
    }

    @Test
    func `r asks which connections to reconnect and shows the consequences, and only yes reconnects`() throws {
        var model = model()
        for _ in 0..<4 { model.press("down") }
        #expect(model.press("r").isEmpty)
        #expect(Screens.shows("publisher 4 of alpha", model))
        #expect(Screens.shows("up to 4 ", model))
        try Screens.expect(model, "reconnect-120x36")
        #expect(model.press("n").isEmpty)
        #expect(model.prompt == nil)
        model.press("r")
        let connection = ReconnectTarget.connection(.init(cluster: 0, role: .publisher, slot: 4))
        #expect(model.press("y") == [.background(.reconnect(connection, closesFirst: false))])
        #expect(Screens.shows("moving publisher 4 of alpha", model))
        model.press("r")
        #expect(model.press("c") == [.background(.reconnect(connection, closesFirst: true))])
        #expect(Screens.shows("reconnecting publisher 4 of alpha", model))
        model.press("r", "down")
        #expect(Screens.shows("up to 10", model))
        #expect(model.press("enter") == [.background(.reconnect(.cluster(0), closesFirst: false))])
        model.press("r", "down", "down")
        #expect(Screens.shows("all 30 connections of 3 clusters", model))
        var single = model
        single.data.clusters = Array(model.data.clusters.prefix(1))
        single.data.clusters[0].connections.removeLast(9)
        #expect(ReconnectPrompt.name(.all, single.data) == "the connection of 1 cluster")
        #expect(Screens.shows("The 12 down retry at once.", model))
        #expect(model.press("enter") == [.background(.reconnect(.all, closesFirst: false))])
    }

    @Test
    func `the footer says what :rebalance would move, and :rebalance moves the surplus of one or all clusters`() {
        var model = model()
        #expect(model.run("rebalance").isEmpty)
        #expect(Screens.shows("the connections are spread evenly", model))
        model.data.clusters[0].surplusConnections = 6
        model.data.clusters[1].surplusConnections = 1
        #expect(NodeSpread(model.data.clusters[0])?.text.plain.hasSuffix(", :rebalance moves 6") == true)
        #expect(model.run("rebalance") == [.background(.rebalance(cluster: nil))])
        #expect(Screens.shows("7 connections move to other servers", model))
        #expect(model.run("rebalance beta") == [.background(.rebalance(cluster: 1))])
        #expect(Screens.shows("1 connection moves to another server", model))
        #expect(model.run("rebalance delta").isEmpty)
        #expect(Screens.shows("no cluster delta", model))
    }

    @Test
    func `the question for a connection that is down says that the next attempt starts at once`() {
        var model = model()
        model.press("G", "r")
        #expect(Screens.shows("subscriber 4 of gamma", model))
        #expect(Screens.shows("Not connected: the next attempt starts at once.", model))
    }

    @Test
    func `on a small screen enter shows the details, and esc the list`() throws {
        var model = model(Size(width: 40, height: 12))
        #expect(!Screens.shows("Connection ─", model))
        model.press("enter")
        #expect(Screens.shows("publisher 0 of alpha", model))
        try Screens.expect(model, "connections-detail-40x12")
        model.press("G")
        #expect(Screens.shows("0 pending, 0 late", model))
        model.press("esc")
        #expect(!Screens.shows("publisher 0 of alpha", model))
        model.press("tab")
        #expect(Screens.shows("Connections", model))
    }

    @Test
    func `the arrow keys scroll the details or move the selection, depending on the focus`() {
        var model = model(Self.medium)
        model.press("tab", "down", "down", "down")
        #expect(selection(model)?.slot == 0)
        #expect(!Screens.shows("publisher 0 of alpha", model))
        model.press("tab", "down")
        #expect(selection(model)?.slot == 1)
        #expect(Screens.shows("publisher 1 of alpha", model), "the details begin at the top")
        model.press("enter")
        #expect(!Screens.shows("publisher 1 of alpha", model))
    }
}
