import Locking
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
            (">", "orders.eu", true), (">.eu", "orders.eu", false),
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
            ("ö", "größe", [2..<3]), ("b", "日a\u{301}b", [3..<4]), ("b", "\u{7}b", [2..<3]),
            ("日b", "日b", [0..<3]),
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

    @Test
    func `the marks of a long text end where its label is cut`() {
        let text = String(repeating: "日", count: 4_000)
        let row = CompletionRow(text, CompletionPattern(text))
        #expect(row.marks.count == 1)
        #expect(row.marks.allSatisfy { $0.lowerBound == 0 && abs($0.upperBound - row.label.width) <= 2 })
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

    /// Returns a model with these topics, the first one the busiest.
    private func model(_ topics: [[UInt8]]) -> ConsoleModel {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        for (index, topic) in topics.enumerated() {
            for _ in index..<topics.count {
                topic.withUnsafeBytes { _ = table.receive(topic: $0, byteCount: 1, cluster: 0, source: 1, at: 1) }
            }
        }
        table.sample(at: 1)
        var model = Fixtures.model()
        model.data.clusters = Fixtures.clusters
        model.data.traffic = table.snapshot()
        return model
    }

    private func published(_ effects: [Effect]) -> PublishRequest? {
        effects.lazy.compactMap { if case .background(.publish(_, let request)) = $0 { request } else { nil } }.first
    }

    @Test
    func `a selected row that equals the typed text does not keep enter from answering`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.press("s")
        model.type("orders.us")
        model.press("down", "enter")
        #expect(model.prompt is SubscribePrompt, "enter takes the row")
        #expect(model.press("enter").contains(.background(.subscribe(id: 1, SubscriptionRequest(pattern: "orders.us")))))
        model.press("p")
        model.type("orders.eu")
        model.press("down")
        #expect(published(model.press("enter"))?.topic == "orders.eu", "the list of only the typed topic is not shown")
    }

    @Test
    func `enter never takes a row of a list that is not shown`() {
        var model = model(["a", "a.b"].map { Array($0.utf8) })
        model.press("p")
        model.type("a")
        model.press("down", "down", "tab", "S-tab")
        #expect((model.prompt as? PublishPrompt)?.field == .topic)
        #expect((model.prompt as? PublishPrompt)?.showsTopics == false)
        #expect(published(model.press("enter"))?.topic == "a")
    }

    @Test(arguments: ["inw", "oru", "INVOICES.NEW"])
    func `tab never replaces a new topic by a similar one`(_ text: String) {
        for key in ["p", "s"] {
            var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
            model.press(key)
            model.type(text)
            model.press("tab")
            let topic = (model.prompt as? PublishPrompt)?.topic ?? (model.prompt as? SubscribePrompt)?.topic
            #expect(topic?.text == text)
            #expect(topic?.selection == nil)
            model.type("x")
            let after = (model.prompt as? PublishPrompt)?.topic ?? (model.prompt as? SubscribePrompt)?.topic
            #expect(after?.text == text, "tab moved to the next field")
        }
    }

    @Test
    func `topics that cannot be typed are not offered`() {
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 5_000)
        let bad =
            ["a\u{7}b", "a.*", "a.>", "a b", "a..b", ".a", "a.", "a\u{85}b"].map { Array($0.utf8) } + [[0x61, 0xFF], long]
        let model = model(bad + ["a.b", "日本.a"].map { Array($0.utf8) })
        let list = TopicCompletion.list(for: "a", model.data)
        #expect(list.rows.map(\.text) == ["a.b", "日本.a"])
        #expect(list.count == 2)
        #expect(list.common == "a.b")
    }

    @Test
    func `a selected topic that cannot be typed is not suggested`() {
        for (topic, suggestion) in [("a\u{7}b", "Topic       orders.eu"), ("a.b", "Topic       a.b")] {
            var model = model([Array(topic.utf8)])
            _ = model.views.open(.topics)
            model.press("s")
            #expect(Screens.shows(suggestion, model), "the field is empty and shows its placeholder, or it has the topic")
        }
    }

    // Without a limit to the first argument, these would match `orders.eu` part by part.
    @Test(arguments: ["sub orders e", "pub orders e", "pub orders.eu ", "watch orders e", "route orders e"])
    func `only the first argument of a command is completed as a topic`(_ line: String) {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.press(":")
        model.type(line)
        #expect((model.prompt as? CommandPrompt)?.field.list.rows.isEmpty == true)
        model.press("down", "tab")
        #expect((model.prompt as? CommandPrompt)?.field.text == line)
    }

    @Test
    func `earlier answers are offered once, the newest first, and leave space for known topics`() {
        let earlier = (0..<100).map { "earlier.\($0 % 15)" } + ["orders.eu"]
        let data = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview).data
        let rows = TopicCompletion.list(for: "", earlier: earlier, data).rows.map(\.text)
        let newest = ["orders.eu"] + [9, 8, 7, 6, 5, 4, 3, 2, 1].map { "earlier.\($0)" }
        #expect(rows == newest + ["orders.us", "orders.asia.tokyo", "invoices.new"])
    }

    @Test
    func `the list of a form is made only while its topic is edited`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.prompt = PublishPrompt(MessageDraft(topic: "ord"))
        model.prepareFrame()
        #expect((model.prompt as? PublishPrompt)?.topic.list.rows.isEmpty == true)
        model.press("S-tab", "S-tab", "u")
        model.prepareFrame()
        #expect((model.prompt as? PublishPrompt)?.topic.list.rows.isEmpty == false)
    }

    // MARK: Errors

    @Test(
        arguments: [
            ("orders.", true, false), ("", true, false), ("orders.*.", true, false), ("a..b", false, true),
            ("a b", false, true), ("a*", false, true), (">.a", false, true), ("a..", false, true),
            // Topics of the list match these, so they can still be taken.
            ("ord eu", false, false), (".a", false, false),
        ]
    )
    func `what can still become a topic is not an error before enter`(_ text: String, _ isUnfinished: Bool, _ isRed: Bool) {
        var model = Fixtures.busyModel(Size(width: 80, height: 24), view: .overview)
        model.press("s")
        model.type(text)
        #expect(RouteLine(text, model.data).isUnfinished == isUnfinished)
        #expect(hasErrorColor(model) == isRed)
        var form = Fixtures.busyModel(Size(width: 80, height: 24), view: .overview)
        form.press("p")
        form.type(text)
        #expect(hasErrorColor(form) == isRed)
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
                let field = (model.prompt as? SubscribePrompt)?.topic ?? (model.prompt as? PublishPrompt)?.topic
                // A topic with a control character cannot be typed.
                #expect((field ?? (model.prompt as? CommandPrompt)?.field)?.list.rows.count == 4)
                let lines = Screens.lines(model)
                #expect(lines.count == size.1)
                #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E } })
            }
        }
    }

    // MARK: Many topics

    @Test
    func `among 100,000 topics the list has the best, and counts all that match`() throws {
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
        // The other matches are longer numbers that contain these digits in order.
        let matching = (0..<100_000).filter { number in
            guard number % 100 == 42 else { return false }
            var wanted = "4242"[...]
            for digit in String(number) where digit == wanted.first { wanted.removeFirst() }
            return wanted.isEmpty
        }
        #expect(matching.count > 1 && matching.count < CompletionList.limit)
        #expect(list.count == matching.count && list.rows.count == matching.count)
        #expect(Set(list.rows.map(\.text)) == Set(matching.map { "shop.42.orders.\($0).created" }))
    }

    @Test
    func `a key makes the list once, frames make it once a second, and a selected row keeps it`() {
        let calls = Mutex(0)
        var field = CompletingField(Prompt(label: "")) { text, data in
            calls.withLock { $0 += 1 }
            return CompletionList(["\(text)\(data.now.uptime)"], for: text)
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
        #expect(calls.withLock { $0 } == 3)
        _ = field.handle("y", data)
        for _ in 0..<10 { field.update(data) }
        #expect(calls.withLock { $0 } == 4)
    }
}
