import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Topics as a tree")
struct TopicTreeTests {
    private static let wide = Size(width: 120, height: 36)

    private func model(_ size: Size = wide) -> ConsoleModel {
        var model = Fixtures.busyModel(size, view: .topics)
        model.press("t")
        return model
    }

    /// The names of the rows that are shown, with two spaces for each level.
    private func rows(_ model: ConsoleModel) -> [String] {
        var model = model
        model.prepareFrame()
        guard let tree = model.views[TopicsView.self]?.tree else { return [] }
        return tree.lines.map { String(repeating: "  ", count: $0.depth) + tree.name(of: $0.id).plain }
    }

    private func table(capacity: Int = 100) -> TrafficTable {
        var table = TrafficTable(ring: Fixtures.ring, capacity: capacity)
        table.add(Fixtures.source(1, ">", .watch))
        return table
    }

    @Test("branches are closed at first but for the way to the topic that was selected; each says what is below it")
    func opening() throws {
        var model = model()
        #expect(rows(model) == ["orders", "  eu", "  us", "  asia", "invoices"])
        #expect(model.views.current.selectedTopic(model.data) == "orders.eu")
        try Screens.expect(model, "topics-tree-120x36")
        model.press("left")
        model.press("left")
        #expect(rows(model) == ["orders", "invoices"])
        let line = Screens.lines(model).first { $0.contains("+ orders") } ?? ""
        for text in ["beta", "63", "3", "6.3 kB", "585"] { #expect(line.contains(text)) }
        model.press("right", "j", "j", "j", "right")
        #expect(rows(model) == ["orders", "  eu", "  us", "  asia", "    tokyo", "invoices"])
        model.press("t")
        #expect(model.views[TopicsView.self]?.tree == nil)
    }

    @Test("enter opens and closes a branch, and opens the detail of a topic")
    func enter() {
        var model = model()
        model.press("left", "enter")
        #expect(rows(model) == ["orders", "invoices"])
        model.press("enter", "j", "enter")
        #expect(rows(model).count == 5)
        #expect(Screens.shows("7277339649065724949", model))
    }

    @Test("sorts by each column, on every level")
    func sorting() {
        var model = model()
        model.press(":")
        model.type("sort topic")
        model.press("enter")
        #expect(rows(model) == ["invoices", "orders", "  asia", "  eu", "  us"])
        model.press("I")
        #expect(rows(model) == ["orders", "  us", "  eu", "  asia", "invoices"])
        model.press(":")
        model.type("sort out")
        model.press("enter")
        #expect(rows(model).first == "invoices")
    }

    @Test("a filter leaves the branches of what it lets through, with their sums")
    func filter() {
        var model = model()
        model.press("/")
        model.type("tokyo")
        model.press("enter")
        #expect(rows(model) == ["orders", "  asia"])
        model.prepareFrame()
        let tree = model.views[TopicsView.self]?.tree
        #expect(tree?.lines.first.map { tree?.sum(of: $0.id).topics } == 1)
        #expect(tree?.lines.first.map { tree?.sum(of: $0.id).messages } == 30)
    }

    @Test("a topic that is a branch too is both")
    func both() {
        var table = table()
        for topic in ["a", "a.b", "a.b.c"] { table.receive(topic, source: 1, at: 1) }
        table.sample(at: 1)
        var model = Fixtures.model(Self.wide, view: .topics)
        model.data.traffic = table.snapshot()
        model.press("t", "g", "right", "j", "right")
        #expect(rows(model) == ["a", "  b", "    c"])
        model.press("g")
        #expect(model.views.current.selectedTopic(model.data) == "a")
        let tree = model.views[TopicsView.self]?.tree
        #expect(tree?.lines.map { tree?.sum(of: $0.id).topics ?? 0 } == [3, 2, 1])
    }

    @Test("a topic with many dots makes so many branches and no more; empty names are names")
    func depth() {
        var table = table()
        let deep = Array(repeating: "x", count: 1000).joined(separator: ".")
        table.receive(deep, source: 1, at: 1)
        table.receive("..", source: 1, at: 1)
        table.sample(at: 1)
        var tree = TopicTree()
        let traffic = table.snapshot()
        tree.update(traffic, shown: [0, 1], TopicSort())
        #expect(tree.lines.count == 2)
        for row in 0..<2 { if let node = tree.node(ofRow: row) { tree.reveal(node) } }
        tree.update(traffic, shown: [0, 1], TopicSort())
        #expect(tree.lines.map(\.depth).max() == TopicTree.maximumDepth - 1)
        #expect(tree.lines.count == TopicTree.maximumDepth + 3)
    }

    @Test("topics that come and go do not fill the memory, and what is open and selected stays so")
    func bounded() throws {
        var table = table(capacity: 3)
        var tree = TopicTree()
        func update() {
            table.sample(at: 1)
            let traffic = table.snapshot()
            tree.update(traffic, shown: Array(traffic.topics.indices), TopicSort())
        }
        for _ in 0..<1000 { table.receive("busy.one", source: 1, at: 1) }
        update()
        let kept = try #require(tree.node(ofRow: 0))
        tree.reveal(kept)
        var numbers: Set<Int> = []
        for index in 0..<12_000 {
            table.receive("other.\(index % 7).\(index)", source: 1, at: 1)
            update()
            // The root, "busy", "one", and of each other topic at most three.
            #expect(tree.nodeCount <= 3 + 1 + 2 * 2)
            let fresh = tree.node(ofRow: 1).map { numbers.insert($0).inserted }
            #expect(fresh != false || index < 2, "a number never means another topic")
        }
        #expect(tree.row(of: kept) == 0)
        #expect(tree.lines.contains { $0.id == kept }, "the branch is open as before")
    }

    @Test("the sums and the order of many topics are right")
    func many() {
        var table = table(capacity: 5000)
        for index in 0..<2000 {
            for _ in 0...(index % 7) { table.receive("a\(index % 10).b\(index % 100).c\(index)", source: 1, at: 1) }
        }
        table.sample(at: 1)
        var tree = TopicTree()
        let traffic = table.snapshot()
        tree.update(traffic, shown: Array(traffic.topics.indices), TopicSort())
        #expect(tree.lines.count == 10)
        let messages = tree.lines.map { tree.sum(of: $0.id).messages }
        var sent: UInt64 = 0
        for index in 0..<2000 { sent += UInt64(index % 7 + 1) }
        #expect(messages.reduce(0, +) == sent)
        let rates = tree.lines.map { tree.sum(of: $0.id).rateIn }
        #expect(rates == rates.sorted(by: >))
    }
}
