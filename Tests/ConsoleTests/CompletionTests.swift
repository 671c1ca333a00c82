import TerminalUI
import Testing

@testable import Console

@Suite("Completion")
struct CompletionTests {
    // MARK: Ranking

    private func kind(_ typed: String, _ text: String, wildcards: Bool = false) -> CompletionMatch.Kind? {
        var text = text
        return text.withUTF8 { CompletionPattern(typed, allowsWildcards: wildcards).match($0)?.kind }
    }

    @Test(
        arguments: [
            ("", "orders.eu", .prefix), ("ord", "orders.eu", .prefix), ("ORD", "orders.eu", .prefix),
            ("eu", "orders.eu.created", .parts), ("o.c", "orders.eu.created", .parts), ("ord eu", "orders.eu", .parts),
            ("re", "orders.eu.created", .letters), ("oec", "orders.eu.created", .letters), ("ders", "orders.eu", .letters),
            ("eo", "orders.eu.created", nil), ("orders.eu.x", "orders.eu", nil), ("x", "", nil),
        ] as [(String, String, CompletionMatch.Kind?)]
    )
    func `a text matches by its beginning, by its parts, or by letters in order`(
        _ typed: String,
        _ text: String,
        _ wanted: CompletionMatch.Kind?
    ) {
        #expect(kind(typed, text) == wanted)
    }

    @Test(
        arguments: [
            ("orders.*", "orders.eu", true), ("orders.*", "orders.eu.created", false), ("orders.>", "orders.eu.created", true),
            ("*.eu.cr", "orders.eu.created", true), ("*.eu.", "orders.eu.created", true), ("*.us", "orders.eu", false),
        ]
    )
    func `a pattern matches the topics that it covers, also while its last part is unfinished`(
        _ typed: String,
        _ topic: String,
        _ matches: Bool
    ) {
        #expect((kind(typed, topic, wildcards: true) != nil) == matches)
    }

    @Test
    func `beginnings come before parts, parts before letters, and close letters before distant ones`() {
        let words = ["a-d-d", "xadd", "axdxd", "add", "b.add", "ADD", "address"]
        let ranked = ["add", "address", "ADD", "b.add", "xadd", "a-d-d", "axdxd"]
        #expect(CompletionList(words, for: "add").rows.map(\.text) == ranked)
    }

    @Test(
        arguments: [
            ("ord", "orders.eu", [0..<3]), ("o.e", "orders.eu", [0..<1, 7..<8]),
            ("oec", "orders.eu.cr", [0..<1, 7..<8, 10..<11]),
            ("ö", "größe", [2..<3]),
        ]
    )
    func `the matching letters are marked`(_ typed: String, _ text: String, _ marks: [Range<Int>]) {
        #expect(CompletionRow(text, CompletionPattern(typed)).marks == marks)
    }

    @Test
    func `a list keeps the best texts, counts all of them, and knows what those have in common that begin as typed`() {
        let words = (0..<500).map { "orders.\($0)" } + ["x.orders"]
        let list = CompletionList(words, for: "ord")
        #expect(list.rows.count == CompletionList.limit)
        #expect(list.count == 501)
        #expect(list.common == "orders.")
    }

    // MARK: Typing

    /// Types letters one by one.
    /// - Returns: The rows of the list after each letter.
    private func lists(_ letters: String, _ model: inout ConsoleModel, _ list: (ConsoleModel) -> CompletionList?) -> [[String]] {
        letters.map { letter in
            model.type(String(letter))
            return list(model)?.rows.map(\.text) ?? ["no list"]
        }
    }

    private static let topics = ["orders.eu", "orders.us", "orders.asia.tokyo", "invoices.new"]

    @Test
    func `subscribe lists the topics for each letter, and nothing is red`() throws {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.press("s")
        let rows = lists("orders.a", &model) { ($0.prompt as? SubscribePrompt)?.topic.list }
        let orders = ["orders.eu", "orders.us", "orders.asia.tokyo"]
        #expect(rows[0] == orders + ["invoices.new"], "letters in order match too")
        #expect(rows[1...6].allSatisfy { $0 == orders })
        #expect(rows[7] == ["orders.asia.tokyo"])
        for length in 0...8 {
            var typed = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
            typed.press("s")
            typed.type(String("orders.a".prefix(length)))
            #expect(!hasErrorColor(typed), "after \(length) letters")
        }
    }

    @Test
    func `publish lists the topics below the field for each letter, and nothing is red`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.press("p")
        #expect(Screens.shows("invoices.new", model), "the known topics are offered at once")
        let rows = lists("inv", &model) { ($0.prompt as? PublishPrompt)?.topic.list }
        #expect(rows == [["invoices.new", "orders.asia.tokyo"], ["invoices.new"], ["invoices.new"]])
        #expect(!hasErrorColor(model))
        model.press("tab")
        #expect(Screens.shows("Topic   invoices.new", model))
        model.press("tab")
        model.type("A: b")
        #expect(Screens.shows("Headers A: b", model), "tab leaves a topic that is complete")
    }

    @Test
    func `the command line lists what each command does and its key`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.press(":")
        #expect(Screens.lines(model).contains { $0.contains("unsub TOPIC") && $0.contains("end a subscription or watch") })
        let rows = lists("sub", &model) { ($0.prompt as? CommandPrompt)?.field.list }
        #expect(rows[0].prefix(3) == ["sub", "sort", "servers"])
        #expect(rows[2] == ["sub", "unsub"])
        let line = Screens.lines(model).first { $0.contains("sub TOPIC [QUEUE]") } ?? ""
        #expect(line.contains("subscribe to a topic or pattern") && line.hasSuffix("s │"))
        model.type(" ord")
        #expect((model.prompt as? CommandPrompt)?.field.list.rows.map(\.text).first == "sub orders.eu")
        #expect(!hasErrorColor(model))
    }

    @Test
    func `the filter lists earlier filters, the newest first, and takes one`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .topics)
        for filter in ["orders", "asia", "order"] {
            model.press("/", "^u")
            model.type(filter)
            model.press("enter")
        }
        model.press("esc", "/")
        model.prepareFrame()
        #expect((model.prompt as? FilterPrompt)?.field.list.rows.map(\.text) == ["order", "asia", "orders"])
        let rows = lists("as", &model) { ($0.prompt as? FilterPrompt)?.field.list }
        #expect(rows == [["asia"], ["asia"]])
        #expect(!hasErrorColor(model))
        model.press("down", "enter")
        #expect(model.prompt == nil)
        #expect(model.views.current.filter == "asia")
    }

    // MARK: Keys

    @Test
    func `down, up and enter choose a row; tab takes the common part and then moves through the rows`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.press("s")
        model.type("or")
        model.press("tab")
        #expect(Screens.shows("Topic       orders. ", model))
        model.press("down", "down", "up", "down", "enter")
        #expect(Screens.shows("Topic       orders.us ", model))
        #expect(model.prompt is SubscribePrompt, "enter takes the row")
        #expect(model.press("enter").contains(.background(.subscribe(id: 1, SubscriptionRequest(pattern: "orders.us")))))
    }

    @Test
    func `enter runs a command that is complete, and waits for the argument of another`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.press(":")
        model.type("rout")
        model.press("down", "enter")
        #expect(Screens.shows(": route ", model))
        model.type("eu")
        model.press("down", "enter")
        #expect(model.prompt == nil)
        #expect(model.notice?.text.plain.hasPrefix("orders.eu → beta") == true)
        model.press(":")
        model.type("help")
        model.press("down", "enter")
        #expect(model.prompt is HelpPrompt)
    }

    @Test
    func `esc leaves the list first, then the prompt, and up recalls earlier answers`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.press(":")
        model.type("route a.b")
        model.press("enter", ":", "down", "esc")
        #expect(model.prompt is CommandPrompt)
        model.press("up")
        #expect(Screens.shows(": route a.b", model))
        model.press("esc")
        #expect(model.prompt == nil)
    }

    // MARK: Errors

    @Test(
        arguments: [
            ("orders.", true), ("", true), ("orders.*.", true), ("a..b", false), (".a", false), ("a b", false), ("a*", false),
            (">.a", false), ("a..", false),
        ]
    )
    func `what can still become a topic is not an error before enter`(_ text: String, _ isUnfinished: Bool) {
        var model = Fixtures.busyModel(Size(width: 80, height: 24), view: .overview)
        model.press("s")
        model.type(text)
        #expect(RouteLine(text, model.data).isUnfinished == isUnfinished)
        #expect(hasErrorColor(model) == !isUnfinished)
        model.press("enter")
        #expect(model.prompt is SubscribePrompt)
        #expect(hasErrorColor(model), "enter refuses it with the reason")
    }

    /// Returns whether a cell of the open prompt has the color of errors. The view below is drawn without it.
    private func hasErrorColor(_ model: ConsoleModel) -> Bool {
        var view = model
        // The clusters that are down are red too.
        view.data.clusters = Fixtures.clusters.map { cluster in
            var cluster = cluster
            (cluster.state, cluster.lost, cluster.lastError, cluster.connections) = (.up, 0, nil, [])
            return cluster
        }
        (view.data.events, view.data.incidents) = (EventList(), IncidentLog())
        let error = view.data.theme[.severityError].foreground
        return Screens.frame(view).buffer.cells.contains { $0.style.foreground == error && $0.text != " " }
    }

    // MARK: Drawing

    @Test
    func `lists with hostile topics are drawn as safe text at any size`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        for topic in ["a\u{1B}[31m", "a\u{202E}b", "日本.a\u{301}\u{301}\u{301}", String(repeating: "a", count: 900), "a🙂"] {
            table.receive(topic, source: 1, at: 1)
        }
        for size in [(20, 5), (21, 6), (40, 12), (80, 24), (200, 60)] {
            for key in ["s", "p", ":"] {
                var model = Fixtures.model(Size(width: size.0, height: size.1))
                model.data.traffic = table.snapshot()
                model.press(key)
                model.type(key == ":" ? "sub a" : "a")
                model.press("down", "down")
                let lines = Screens.lines(model)
                #expect(lines.count == size.1)
                #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E } })
            }
        }
    }

    // MARK: Many topics

    @Test
    func `among 100,000 topics the list has the best, and counts all`() throws {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        for number in 0..<100_000 { table.receive("shop.\(number % 100).orders.\(number).created", source: 1, at: 1) }
        table.sample(at: 1)
        var model = Fixtures.model(Size(width: 120, height: 36))
        model.data.traffic = table.snapshot()
        model.press("s")
        model.type("shop.42.orders.4242")
        let list = try #require((model.prompt as? SubscribePrompt)?.topic.list)
        #expect(list.rows.first?.text == "shop.42.orders.4242.created")
        #expect(list.rows.count <= CompletionList.limit && list.count >= list.rows.count)
    }

    @Test
    func `a key makes the list once, frames make it once a second, and a selected row keeps it`() {
        var field = CompletingField(Prompt(label: "")) { text, data in
            CompletionList(["\(text)\(data.now.uptime)"], for: text)
        }
        var data = Fixtures.data()
        field.update(data)
        let first = field.list.rows
        data.now.uptime += .milliseconds(900)
        field.update(data)
        #expect(field.list.rows == first)
        data.now.uptime += .milliseconds(200)
        field.update(data)
        #expect(field.list.rows != first)
        _ = field.handle(Key(.down), data)
        let second = field.list.rows
        data.now.uptime += .seconds(5)
        field.update(data)
        #expect(field.list.rows == second && field.selection == 0)
        _ = field.handle("x", data)
        #expect(field.list.rows != second && field.selection == nil)
    }
}
