import TerminalUI
import Testing

@testable import Console

@Suite("Replies to inboxes")
struct ReplyTests {
    private static let nuid = "Hx2wLkPq8ZsT0aBcDeFgHi"

    private func table(prefix: String = "_INBOX", capacity: Int = 100) -> TrafficTable {
        var table = TrafficTable(ring: Fixtures.ring, inboxPrefix: prefix, capacity: capacity)
        table.add(Fixtures.source(1, ">", .watch))
        return table
    }

    private func names(_ snapshot: TrafficSnapshot) -> [String] {
        snapshot.topics.map { String(decoding: $0.bytes, as: UTF8.self) }.sorted()
    }

    @Test(
        arguments: [
            ("_INBOX", "_INBOX", "_INBOX.>"), ("_MINE.box", "_MINE.box", "_MINE.box.>"),
            ("_INBOX", "team.answers", "team.answers.>"),
            ("_INBOX", "_R_", "_R_.>"), ("_INBOX", "_roulette.canary", "_roulette.canary.>"),
            ("_INBOX", "$JS.ACK.orders.worker.1", "$JS.ACK.>"), ("_INBOX", "$SYS.ACCOUNT.A", "$SYS.>"),
            ("_INBOX", "$KV.settings", "$KV.>"), ("_INBOX", "$odd", "$"), ("_INBOX", "_roulette.other", "_roulette.>"),
        ]
    )
    func `all replies of a cluster are one row for any inbox prefix`(_ own: String, _ prefix: String, _ label: String)
        throws
    {
        var table = table(prefix: own)
        for number in 0..<300 {
            let inbox = "\(prefix).\(Self.nuid).\(number)"
            table.receive("orders.new", reply: inbox, source: 1, cluster: 1, at: 1)
            table.receive(inbox, source: 1, cluster: number % 2 == 0 ? 1 : 2, at: 1)
        }
        table.sample(at: 2)
        let snapshot = table.snapshot()
        #expect(names(snapshot) == [label, label, "orders.new"].sorted())
        #expect(snapshot.topicCount == 1)
        let rows = snapshot.replyRows
        #expect(rows.map { snapshot.topics[$0].owner }.sorted() == [1, 2])
        #expect(rows.map { snapshot.counters[$0].messagesIn } == [150, 150])
        #expect(snapshot.messagesIn == 600, "totals stay exact")
        #expect(snapshot.replyRate(of: 1) == 75)
    }

    @Test
    func `a reply that arrives before its request is not counted as a topic`() {
        var table = table()
        for number in 0..<50 {
            table.receive("custom.\(Self.nuid).\(number)", source: 1, cluster: 0, at: 1)
            table.receive("orders.new", reply: "custom.\(Self.nuid).\(number)", source: 1, cluster: 0, at: 1)
        }
        let snapshot = table.snapshot()
        #expect(names(snapshot) == ["custom.>", "orders.new"])
        #expect(snapshot.replyRows.map { snapshot.counters[$0].messagesIn } == [50])
        #expect(snapshot.messagesIn == 100)
        #expect(snapshot.counters.reduce(0) { $0 + $1.messagesIn } == 100)
    }

    @Test
    func `a reply subject of several messages is a topic, and so is one with its own subscription`() {
        var table = table()
        for number in 0..<10 { table.receive("orders.\(number)", reply: "orders.answers", source: 1, at: 1) }
        for _ in 0..<10 { table.receive("orders.answers", source: 1, at: 1) }
        let snapshot = table.snapshot()
        #expect(snapshot.row(of: "orders.answers".utf8).map { snapshot.counters[$0].messagesIn } == 10)
        #expect(snapshot.replyRows.isEmpty)

        table.add(Fixtures.source(2, "_INBOX.mine", .subscribe))
        table.receive("_INBOX.mine", source: 1, at: 1)
        #expect(names(table.snapshot()).contains("_INBOX.mine"))
    }

    @Test
    func `a message from two sources is counted once, and its reply subject is recorded once`() {
        var table = table()
        table.add(Fixtures.source(2, "orders.>", .subscribe))
        for number in 0..<20 {
            let inbox = "answers.\(number)"
            for source in [2, 1] { table.receive("orders.new", reply: inbox, source: source, cluster: 0, at: 1) }
            for source in [1, 2] { table.receive(inbox, source: source, cluster: 0, at: 1) }
        }
        let snapshot = table.snapshot()
        #expect(names(snapshot) == ["answers.>", "orders.new"])
        #expect(snapshot.messagesIn == 40)
    }

    @Test
    func `replies do not replace topics and are not folded, and memory is limited for any number of kinds`() {
        var table = table(capacity: 20)
        for number in 0..<20 { for _ in 0..<5 { table.receive("topic.\(number)", source: 1, at: 1) } }
        for number in 0..<2000 {
            table.receive("_INBOX.\(number)", source: 1, cluster: number % 3, at: 1)
            table.receive("topic.1", reply: "kind\(number).x.\(number)", source: 1, at: 1)
            table.receive("kind\(number).x.\(number)", source: 1, cluster: number % 3, at: 1)
        }
        let snapshot = table.snapshot()
        #expect(snapshot.topicCount == 20)
        #expect(snapshot.folded.count == 0)
        #expect(snapshot.replyRows.count <= 3 * 18)
        #expect(snapshot.counters.reduce(0) { $0 + $1.messagesIn } == snapshot.messagesIn)
        // New topics replace old topics, but never a row of replies.
        for number in 0..<200 { table.receive("fresh.\(number)", source: 1, at: 2) }
        let later = table.snapshot()
        #expect(later.topicCount == 20 && later.replyRows.count == snapshot.replyRows.count)
        #expect(later.replyRows.reduce(0) { $0 + later.counters[$1].messagesIn } == 4000)
    }

    @Test
    func `the rows of replies are still found after long topics replace others`() {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 1000, textCapacity: 20_000)
        table.add(Fixtures.source(1, ">", .watch))
        let tail = String(repeating: "x", count: 400)
        for number in 0..<200 {
            table.receive("_INBOX.\(number)", source: 1, cluster: number % 3, at: 1)
            table.receive("long.\(number).\(tail)", source: 1, at: 1)
        }
        let snapshot = table.snapshot()
        #expect(snapshot.replyRows.count == 3)
        #expect(snapshot.replyRows.allSatisfy { snapshot.topics[$0].isReplies })
        #expect(snapshot.replyRows.reduce(0) { $0 + snapshot.counters[$1].messagesIn } == 200)
        #expect(snapshot.messagesIn == 400)
    }

    @Test
    func `a counted message has the row of its topic, and a reply has none`() throws {
        var table = table()
        func receive(_ topic: String) -> CountedMessage? {
            Array(topic.utf8).withUnsafeBytes { table.receive(topic: $0, byteCount: 1, cluster: 0, source: 1, at: 1) }
        }
        _ = receive("first")
        let counted = try #require(receive("orders.eu"))
        #expect(counted.ordinal == 1)
        #expect(counted.row == table.snapshot().row(of: "orders.eu".utf8))
        #expect(try #require(receive("_INBOX.1")).row == nil)
        #expect(receive("orders.eu")?.ordinal == 2)
    }

    @Test(
        arguments: [
            ("box.Hx2wLkPq8ZsT0aBcDeFgHi.1.2", "box.>"), ("a.b.17.x", "a.b.>"), ("Hx2wLkPq8ZsT0aBcDeFgHi.1", "replies"),
            ("single", "replies"), ("a..1", "a.>"),
            (String(repeating: "ab.", count: 42) + "x", String(repeating: "ab.", count: 42) + ">"),
            (String(repeating: "ab.", count: 43) + "x", "replies"),
        ]
    )
    func `the label of an inbox has its tokens without generated ones`(_ inbox: String, _ label: String) {
        var table = table()
        table.receive("orders.new", reply: inbox, source: 1, at: 1)
        table.receive(inbox, source: 1, at: 1)
        #expect(names(table.snapshot()) == [label, "orders.new"].sorted())
    }

    // MARK: Views

    @Test
    func `Topics shows replies as one row per cluster, and they are not hot topics or part of the shares`() {
        var table = table()
        for number in 0..<900 { table.receive("_INBOX.\(Self.nuid).\(number)", source: 1, cluster: 0, at: 1) }
        for _ in 0..<100 { table.receive("orders.eu", source: 1, at: 1) }
        table.sample(at: 1)
        var model = Fixtures.model(Size(width: 160, height: 36), view: .topics)
        model.data.clusters = Fixtures.clusters
        model.data.traffic = table.snapshot()
        #expect(Screens.shows("_INBOX.>", model))
        #expect(Screens.shows("1 topic and 900 replies and system messages", model))
        model.press("g")
        #expect(model.views.current.selectedTopic(model.data) == nil, "replies are not a topic to publish to")
        model.press("enter")
        #expect(Screens.shows("Replies to requests.", model))
        model.press("t", "j")
        #expect(Screens.shows("_INBOX", model))
        let figures = RingFigures(model.data)
        #expect(figures.hottest.map { model.data.traffic.topics[$0].name.plain } == ["orders.eu"])
        #expect(figures.total == 100)
        #expect(figures.shares[Fixtures.ring.index(of: "orders.eu")].traffic == 1)
        #expect(TopicCompletion.list(for: "_", model.data).rows.isEmpty)
    }

    @Test
    func `right shows the newest subjects of a row of replies, and left hides them`() {
        var table = table()
        for number in 0..<900 { table.receive("_INBOX.\(Self.nuid).\(number)", source: 1, cluster: 0, at: Double(number) / 1000) }
        table.receive("orders.eu", source: 1, at: 1)
        table.sample(at: 1)
        var model = Fixtures.model(Size(width: 160, height: 36), view: .topics)
        model.data.clusters = Fixtures.clusters
        model.data.traffic = table.snapshot()
        #expect(Screens.shows("+ _INBOX.>", model))
        model.press("g", "right")
        #expect(Screens.shows("- _INBOX.>", model))
        #expect(Screens.shows("_INBOX.\(Self.nuid).499", model), "a flood of subjects is sampled")
        model.prepareFrame()
        #expect(model.views[TopicsView.self]?.lines.all.count == 2 + SystemSubjects.capacity)
        model.press("down")
        #expect(model.views.current.selectedTopic(model.data) == nil)
        model.press("enter")
        #expect(Screens.shows("counted in", model))
        model.press("enter", "left", "left")
        model.prepareFrame()
        #expect(model.views[TopicsView.self]?.lines.all.count == 2)
    }

    @Test
    func `a filter counts rows of replies like topics`() {
        var table = table()
        for cluster in 0..<3 { table.receive("_INBOX.1", source: 1, cluster: cluster, at: 1) }
        table.receive("orders.eu", source: 1, at: 1)
        var model = Fixtures.model(Size(width: 160, height: 36), view: .topics)
        model.data.clusters = Fixtures.clusters
        model.data.traffic = table.snapshot()
        model.press("/")
        model.type("_INBOX")
        model.press("enter")
        #expect(Screens.shows("3 of 4 by _INBOX", model))
    }

    @Test
    func `a selected subject stays selected when the row that counts it moves`() throws {
        var table = table()
        table.receive("custom.\(Self.nuid).1", source: 1, cluster: 0, at: 1)
        table.receive("orders.new", reply: "custom.\(Self.nuid).0", source: 1, cluster: 0, at: 1)
        table.receive("custom.\(Self.nuid).0", source: 1, cluster: 0, at: 1)
        for number in 0..<5 { table.receive("_INBOX.\(number)", source: 1, cluster: 0, at: Double(number)) }
        var model = Fixtures.model(Size(width: 160, height: 36), view: .topics)
        model.data.clusters = Fixtures.clusters
        func show() throws -> Int {
            model.data.traffic = table.snapshot()
            model.prepareFrame()
            let row = model.data.traffic.row(of: "_INBOX.>".utf8)
            return try #require(row)
        }
        let before = try show()
        for _ in 0..<before { model.press("down") }
        #expect(model.views[TopicsView.self]?.selectedRow(model.data) == before)
        model.press("right", "down", "down")
        #expect(Screens.shows("▸     _INBOX.3", model))
        // Its own request turns the first topic into a reply, so that the last row takes its place.
        table.receive("orders.new", reply: "custom.\(Self.nuid).1", source: 1, cluster: 0, at: 9)
        #expect(try show() != before)
        #expect(Screens.shows("▸     _INBOX.3", model))
    }

    @Test
    func `system subjects are not among the hottest topics, and do not count towards the ceiling of topics`() {
        var table = table(capacity: 5)
        for number in 0..<5 { table.receive("orders.\(number)", source: 1, at: 1) }
        for number in 0..<500 {
            table.receive("$SYS.SERVER.\(number).STATSZ", source: 1, cluster: 1, at: 1)
            table.receive("_roulette.x.\(number)", source: 1, cluster: 1, at: 1)
            table.receive("$any\(number)", source: 1, cluster: 1, at: 1)
        }
        table.sample(at: 1)
        let snapshot = table.snapshot()
        #expect(snapshot.topicCount == 5 && snapshot.folded.count == 0)
        #expect(snapshot.replyRows.count == 3)
        #expect(HotTopics(snapshot, limit: 10).rows.count == 5)
    }

    @Test
    func `the details of a topic show whether the message is the last one`() {
        var table = table()
        for _ in 0..<5 { table.receive("orders.eu", source: 1, at: 1) }
        table.sample(at: 1)
        var model = Fixtures.model(Size(width: 160, height: 36), view: .topics)
        model.data.traffic = table.snapshot()
        func show(_ ordinal: UInt64) {
            var entry = Fixtures.entry("orders.eu", "body")
            entry.ordinal = ordinal
            model.data.tail.append(TailDelivery(entries: [entry], notShown: 0))
        }
        model.press("enter")
        show(3)
        #expect(Screens.shows("newest message kept 14:03:22.000, 4 B; 2 newer not kept", model))
        show(5)
        #expect(Screens.shows("last message 14:03:22.000, 4 B", model))
    }
}
