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

    /// Returns the names of the shown rows, with two spaces for each level.
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

    @Test
    func `only branches above the selected topic are open initially, and each branch shows its sums`() throws {
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

    @Test
    func `enter opens and closes a branch, and opens the details of a topic`() {
        var model = model()
        model.press("left", "enter")
        #expect(rows(model) == ["orders", "invoices"])
        model.press("enter", "j", "enter")
        #expect(rows(model).count == 5)
        #expect(Screens.shows("7277339649065724949", model))
    }

    @Test
    func `every level is sorted by the chosen column`() {
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

    @Test
    func `a filter keeps the branches of matching topics, with their sums`() {
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

    @Test
    func `a topic can also be a branch`() {
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

    @Test
    func `a topic with many dots creates a limited number of branches, and empty names are valid`() {
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

    @Test
    func `removed topics free their memory, and open and selected branches do not change`() throws {
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
        var topics: [Int: [UInt8]] = [:]
        for index in 0..<12_000 {
            table.receive("other.\(index % 7).\(index)", source: 1, at: 1)
            update()
            // The root, "busy", "one", and at most three nodes for each other topic.
            #expect(tree.nodeCount <= 3 + 1 + 2 * 2)
            for (row, topic) in table.snapshot().topics.enumerated() {
                guard let number = tree.node(ofRow: row) else { continue }
                #expect(topics[number, default: topic.bytes] == topic.bytes, "a number never refers to another topic")
                topics[number] = topic.bytes
            }
        }
        #expect(tree.row(of: kept) == 0)
        #expect(tree.lines.contains { $0.id == kept }, "the branch is still open")
    }

    @Test
    func `a branch with many topics shows the first ones and the number of hidden topics, and enter shows more`()
        throws
    {
        var table = table(capacity: 10_000)
        for index in 0..<2500 {
            for _ in 0...(index % 3) { table.receive("t.\(index)", source: 1, at: 1) }
        }
        table.sample(at: 1)
        var model = Fixtures.model(Self.wide, view: .topics)
        model.data.traffic = table.snapshot()
        model.press("t", "g", "right")
        model.prepareFrame()
        var lines = try #require(model.views[TopicsView.self]?.tree).lines
        #expect(lines.count == 1 + TopicTree.page + 1)
        #expect(lines.last?.hidden == 2500 - TopicTree.page)
        let rates = lines.dropFirst().dropLast().map { model.views[TopicsView.self]?.tree?.sum(of: $0.id).rateIn ?? 0 }
        #expect(rates == rates.sorted(by: >), "the first topics in the order")
        #expect(rates.prefix(833).allSatisfy { $0 == 3 })
        model.press("G")
        #expect(Screens.shows("1500 more, enter shows some", model))
        model.press("enter")
        model.prepareFrame()
        lines = try #require(model.views[TopicsView.self]?.tree).lines
        #expect(lines.count == 1 + 2 * TopicTree.page + 1)
        model.press("G", "enter")
        model.prepareFrame()
        #expect(model.views[TopicsView.self]?.tree?.lines.count == 2501)
    }

    @Test
    func `a selected topic stays visible at any position in the order`() throws {
        var table = table(capacity: 10_000)
        for index in 0..<2500 { table.receive("t.\(index)", source: 1, at: 1) }
        table.sample(at: 1)
        let traffic = table.snapshot()
        var tree = TopicTree()
        tree.update(traffic, shown: Array(traffic.topics.indices), TopicSort())
        let all = try #require(tree.lines.first?.id)
        tree.expand(all)
        let last = try #require(tree.node(ofRow: 2499))
        for kept in [nil, last] {
            tree.update(traffic, shown: Array(traffic.topics.indices), TopicSort(), keeping: kept)
            #expect(tree.lines.contains { $0.id == last } == (kept != nil))
            #expect(tree.lines.count == TopicTree.page + 2)
        }
    }

    @Test
    func `a flood of new topics is added in steps, and no message is counted twice or for another topic`() {
        var table = table(capacity: 50_000)
        for index in 0..<100 { table.receive("a.\(index)", source: 1, at: 1) }
        var tree = TopicTree()
        var traffic = table.snapshot()
        func update() { tree.update(traffic, shown: Array(traffic.topics.indices), TopicSort()) }
        update()
        #expect(tree.pending == 0)
        let flood = 2 * TopicTree.step + 500
        for index in 0..<flood { table.receive("b.\(index)", source: 1, at: 1) }
        traffic = table.snapshot()
        for step in 1...3 {
            update()
            #expect(tree.pending == max(0, flood - step * TopicTree.step))
            let topics = tree.lines.filter { $0.depth == 0 }.reduce(0) { $0 + tree.sum(of: $1.id).topics }
            #expect(topics == 100 + flood - tree.pending)
        }
        let messages = tree.lines.filter { $0.depth == 0 }.reduce(0) { $0 + tree.sum(of: $1.id).messages }
        #expect(messages == UInt64(100 + flood))
    }

    @Test
    func `the tree after many changes equals a new tree`() {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 60, textCapacity: 20_000)
        table.add(Fixtures.source(1, ">", .watch))
        var random = SystemRandomNumberGenerator()
        var tree = TopicTree()
        func shape(_ tree: TopicTree) -> [String] {
            tree.lines.map { "\($0.depth) \(tree.name(of: $0.id)) \(tree.sum(of: $0.id).messages) \(tree.sum(of: $0.id).topics)" }
        }
        for round in 0..<200 {
            for _ in 0..<30 {
                let long = Int.random(in: 0..<20, using: &random) == 0 ? String(repeating: "x", count: 400) : ""
                let name = (0..<Int.random(in: 1...4, using: &random)).map { _ in "n\(Int.random(in: 0..<5, using: &random))" }
                table.receive(name.joined(separator: ".") + long, source: 1, at: Double(round))
                table.receive("_INBOX.\(round)", source: 1, cluster: round % 3, at: Double(round))
            }
            table.sample(at: Double(round + 1))
            let traffic = table.snapshot()
            let rows = Array(traffic.topics.indices)
            tree.update(traffic, shown: rows, TopicSort())
            for line in tree.lines where line.isBranch { tree.expand(line.id) }
            tree.update(traffic, shown: rows, TopicSort())
            var fresh = TopicTree()
            for _ in 0..<8 {
                fresh.update(traffic, shown: rows, TopicSort())
                for line in fresh.lines where line.isBranch { fresh.expand(line.id) }
            }
            for _ in 0..<8 {
                for line in tree.lines where line.isBranch { tree.expand(line.id) }
                tree.update(traffic, shown: rows, TopicSort())
            }
            #expect(shape(tree) == shape(fresh))
            #expect(tree.nodeCount == fresh.nodeCount)
        }
    }

    @Test
    func `the sums and the order of many topics are correct`() {
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
