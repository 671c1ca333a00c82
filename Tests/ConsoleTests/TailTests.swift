import Foundation
import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Tail")
struct TailTests {
    private static let wide = Size(width: 120, height: 36)

    private func model(_ entries: [TailEntry], _ size: Size = wide) -> ConsoleModel {
        var model = Fixtures.model(size, view: .tail)
        model.data.clusters = Fixtures.clusters
        model.data.tail.append(TailDelivery(entries: entries))
        return model
    }

    private func notice(_ model: ConsoleModel) -> String { model.notice?.text.plain ?? "" }

    // MARK: Scrolling and matches

    @Test
    func `left and right scroll the previews, and a message without wrapping`() {
        let text = "0123456789" + String(repeating: "-", count: 100) + "END"
        var model = model([Fixtures.entry("t", text)])
        model.press("right")
        #expect(Screens.shows("t     89---", model))
        model.press("left", "left")
        #expect(Screens.shows("t     0123", model))
        model.press("w", "tab")
        #expect(!Screens.shows("END ", model))
        for _ in 0..<30 { model.press("right") }
        #expect(Screens.shows("END ", model), "scrolling stops at the end")
        #expect(Screens.shows("from column", model))
        model.press("w")
        #expect(Screens.shows("0123456789--", model))
    }

    @Test
    func `new messages do not change the scroll position of the previews`() {
        var model = model([Fixtures.entry("t", "0123456789abcdef")])
        model.press("right")
        _ = update(&model, .traffic(TrafficSnapshot(), TailDelivery(entries: [Fixtures.entry("u", "ABCDEFGHIJKLM")])))
        #expect(Screens.shows("u     IJKLM", model))
    }

    @Test
    func `n and N move between matches: messages in the list, rows in the message`() {
        let body = (0..<100).map { $0 % 40 == 7 ? "line \($0) needle" : "line \($0)" }.joined(separator: "\n")
        var model = model([Fixtures.entry("a", "needle"), Fixtures.entry("b", "hay"), Fixtures.entry("c", body)])
        model.press("n")
        #expect(notice(model) == "no filter is set; / sets one")
        model.press("/")
        model.type("needle")
        model.press("enter")
        #expect(Screens.shows("2 of 3 by needle", model))
        model.press("N")
        #expect(Screens.shows("▸ 14:03:22.000 alpha   a", model))
        model.press("n")
        #expect(Screens.shows("▸ 14:03:22.000 alpha   c", model))
        model.press("tab", "n")
        #expect(Screens.shows("line 7 needle", model))
        model.press("n", "n")
        #expect(Screens.shows("line 87 needle", model))
        model.press("n")
        #expect(notice(model) == "no further match in this message")
        model.press("N")
        #expect(Screens.shows("line 47 needle", model))
    }

    @Test
    func `the filter also matches headers`() {
        var model = model([Fixtures.entry("a", "x", headers: "NATS/1.0\r\nTrace: findme\r\n\r\n"), Fixtures.entry("b", "y")])
        model.press("/")
        model.type("FINDME")
        #expect(Screens.shows("1 of 2 by FINDME", model))
    }

    @Test
    func `only visible rows are laid out, and the end can still be reached`() throws {
        let body = (0..<9_000).map { "row \($0)" }.joined(separator: "\n")
        var model = model([Fixtures.entry("t", body)])
        model.prepareFrame()
        #expect(try #require(model.views[TailView.self]?.body).lines.count < 300)
        model.press("tab")
        for _ in 0..<20 { model.press("pgdn") }
        #expect(Screens.shows("row 600", model))
        model.press("G")
        #expect(Screens.shows("row 8999", model))
        model.press("g")
        #expect(Screens.shows("row 0", model))
    }

    @Test(arguments: [UInt8(0x41), 0x00, 0xFF])
    func `a megabyte in one line, as text or binary, is laid out in rows that fit`(_ byte: UInt8) {
        let entry = TailEntry(
            epochSeconds: 0,
            cluster: 0,
            topic: "t".utf8,
            payload: [UInt8](repeating: byte, count: 1 << 20)
        )
        let body = MessageBody(entry, format: .automatic, width: 40, wraps: true, maximumRows: 128)
        #expect(body.lines.count == 128)
        #expect(!body.isComplete)
        #expect(body.lines.allSatisfy { $0.width <= 40 })
    }

    // MARK: Columns

    @Test
    func `times have milliseconds, and t shows ages and then the time since the row before`() {
        func entry(_ milliseconds: Int64) -> TailEntry {
            TailEntry(
                epochSeconds: Fixtures.now.epochSeconds - 2,
                milliseconds: milliseconds,
                cluster: 0,
                topic: "t".utf8,
                payload: "x".utf8
            )
        }
        var model = model([entry(5), entry(250)])
        #expect(Screens.shows("14:03:20.005", model) && Screens.shows("14:03:20.250", model))
        model.press("t")
        #expect(Screens.shows("AGE", model) && Screens.shows("1.8 s", model))
        model.press("t")
        #expect(Screens.shows("+245 ms", model))
        model.press("t")
        #expect(Screens.shows("14:03:20.250", model))
    }

    @Test
    func `the previews have the space that the topics do not need`() {
        let short = model([Fixtures.entry("t.1", "preview")])
        #expect(Screens.shows("t.1   preview", short))
        let long = model([Fixtures.entry("orders.eu.created.by.a.very.long.name.of.a.topic", "preview")])
        #expect(Screens.lines(long).contains { $0.contains("orders.eu.created.by") && $0.contains("… preview") })
    }

    @Test
    func `star shows only the topic of the message, minus leaves it out, and esc shows all again`() {
        var model = model(["a", "b", "c", "b"].map { Fixtures.entry($0, "x") })
        model.press("*")
        #expect(Screens.shows("2 of 4 only b", model))
        #expect(Screens.shows("esc shows all", model))
        model.press("*")
        #expect(!Screens.shows("only b", model))
        model.press("-")
        #expect(Screens.shows("2 of 4 without b", model))
        model.press("-")
        #expect(Screens.shows("1 of 4 without 2 topics", model))
        model.press("esc")
        #expect(Screens.shows("4 kept", model) && !Screens.shows("without 2 topics", model))
    }

    /// Returns the strip below the list.
    private func strip(_ model: ConsoleModel) -> String? {
        let line = Screens.lines(model).first { $0.contains("│ last ") || $0.contains(" before the pause ") }
        return line?.split(separator: "│").first?.trimmingCharacters(in: .whitespaces)
    }

    @Test
    func `a strip shows the messages of the last minutes, and with a filter the matches`() {
        var model = Fixtures.busyModel(Self.wide, view: .tail)
        #expect(strip(model)?.hasPrefix("last 10 s") == true)
        #expect(strip(model)?.hasSuffix("63/s") == true)
        model.press("/")
        model.type("orders.eu")
        model.press("enter")
        // The first message is three seconds old.
        #expect(strip(model)?.hasPrefix("last 3") == true)
        #expect(strip(model)?.hasSuffix("1 match") == true)
    }

    @Test
    func `while paused, the strip ends at the pause, also with a filter`() {
        var model = Fixtures.busyModel(Self.wide, view: .tail)
        model.press("space")
        let traffic = model.data.traffic
        let later = TailDelivery(entries: [Fixtures.entry("orders.eu", "new")])
        _ = update(&model, .traffic(TrafficSnapshot(), later))
        model.data.now.epochSeconds += 60
        #expect(strip(model)?.hasPrefix("10 s before the pause") == true)
        #expect(strip(model)?.hasSuffix("63/s") == true)
        model.press("/")
        model.type("orders")
        model.press("enter")
        // From the first message to the pause.
        #expect(strip(model)?.hasPrefix("3.0 s before the pause") == true)
        #expect(strip(model)?.hasSuffix("3 matches") == true)
        model.press("esc", "space")
        _ = update(&model, .traffic(traffic, TailDelivery()))
        #expect(Screens.shows("last 10 s", model))
    }

    @Test
    func `star shows all topics again also without a selected message`() {
        var model = model(["a", "b"].map { Fixtures.entry($0, "x") })
        model.press("*", "/")
        model.type("nothing")
        model.press("enter")
        #expect(Screens.shows("0 of 2 by nothing, only b", model))
        #expect(Screens.shows("No message matches the filter; esc clears it.", model))
        #expect(Screens.shows("only b, filter nothing  esc clears the filter", model))
        #expect(Screens.shows("* all topics", model))
        model.press("*", "esc")
        #expect(Screens.shows("2 kept", model) && !Screens.shows("only b", model))
        model.press("-", "-")
        #expect(Screens.shows("No message of the chosen topics; esc shows all.", model))
        #expect(Screens.shows("without 2 topics  esc shows all", model))
        model.press("esc")
        #expect(!Screens.shows("without 2 topics", model) && Screens.shows("▸ 14:03:22.000 alpha   b", model))
    }

    @Test
    func `text, JSON and hex are scrolled independently`() throws {
        let items = (0..<200).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
        var model = model([Fixtures.entry("t", "{\(items)}")])
        model.press("tab", "pgdn", "pgdn")
        func offset() throws -> Int {
            model.prepareFrame()
            return try #require(model.views[TailView.self]).detail.offset
        }
        let json = try offset()
        #expect(json > 0)
        model.press("x")
        #expect(try offset() == 0)
        model.press("down")
        #expect(try offset() == 1)
        model.press("x")
        #expect(try offset() == json)
    }

    @Test
    func `a wide terminal shows the topic of the message beside it`() {
        let narrow = Fixtures.busyModel(Size(width: 159, height: 40), view: .tail)
        #expect(!Screens.shows("7277339649065724949", narrow))
        let wide = Fixtures.busyModel(Size(width: 200, height: 40), view: .tail)
        #expect(Screens.shows("7277339649065724949", wide))
        #expect(wide.views.current.monitoringWish(wide.data) == nil, "not before the first frame")
        for (model, wish) in [(narrow, nil), (wide, ServerMonitoring.Wish.subscriptions)] {
            var model = model
            model.prepareFrame()
            #expect(model.views.current.monitoringWish(model.data) == wish)
        }
    }

    @Test
    func `a message without its own row in Topics still has a third column`() {
        var model = Fixtures.busyModel(Size(width: 200, height: 40), view: .tail)
        model.data.tail.append(TailDelivery(entries: [Fixtures.entry("_INBOX.abc", "x", cluster: 1)]))
        _ = update(&model, .listed(Fixtures.listing(0, [("_INBOX.*", nil, 7)], names: [7: "billing"])))
        #expect(Screens.shows("The subject is not counted separately", model))
        #expect(Screens.shows("subscribers  billing, cid 7 on alpha", model))
        model.press("tab", "tab", "enter")
        #expect(Screens.shows("Connections of beta", model))
        let empty = Fixtures.model(Size(width: 200, height: 40), view: .tail)
        #expect(Screens.shows("No message is selected.", empty))
    }

    @Test
    func `the topic is found at its row, and also after its row has moved`() throws {
        let data = Fixtures.busyModel(Self.wide, view: .tail).data
        let row = try #require(data.traffic.row(of: "orders.us".utf8))
        for known in [row, row + 1, 1_000, nil] {
            var entry = Fixtures.entry("orders.us", "x")
            entry.row = known
            let topic = try #require(TailTopic(entry, data, size: Size(width: 60, height: 30), before: nil))
            let lines = topic.detail.lines.map { $0.spans.map(\.text.plain).joined() }
            #expect(lines.first == "orders.us")
            #expect(lines.contains { $0.hasPrefix("owner") })
        }
        // The table said that the message is a reply, so the topics are not searched.
        var reply = Fixtures.entry("orders.us", "x")
        reply.ordinal = 1
        let topic = try #require(TailTopic(reply, data, size: Size(width: 60, height: 30), before: nil))
        #expect(!topic.detail.lines.contains { $0.spans.first?.text.plain.hasPrefix("owner") == true })
    }

    // MARK: Exporting

    @Test
    func `y copies the displayed payload as safe text, and shows its size`() {
        var model = model([Fixtures.entry("t", #"{"a":1}"#)])
        model.prepareFrame()
        #expect(model.press("y") == [.terminal(.copy(["{", "  \"a\": 1", "}"]))])
        #expect(notice(model) == "copied 12 B: sent to the terminal's clipboard (OSC 52)")
        model.press("x")
        guard case .terminal(.copy(let hex))? = model.press("y").first else {
            Issue.record("nothing copied")
            return
        }
        #expect(hex.first?.plain.hasPrefix("00000000  7b 22 61") == true)
    }

    @Test
    func `hostile text is copied in its displayed form, not as it was received`() {
        var model = model([Fixtures.entry("t", "a\u{1B}]52;c;cHduZWQ=\u{07}\u{202E}b\nnext")])
        model.prepareFrame()
        guard case .terminal(.copy(let lines))? = model.press("y").first else {
            Issue.record("nothing copied")
            return
        }
        #expect(lines.map(\.plain) == ["a^[]52;c;cHduZWQ=^G<U+202E>b", "next"])
    }

    @Test
    func `a long payload is copied up to the clipboard limit, with a notice`() {
        let body = String(repeating: String(repeating: "x", count: 99) + "\n", count: 2_000)
        var model = model([Fixtures.entry("t", body)])
        model.prepareFrame()
        guard case .terminal(.copy(let lines))? = model.press("y").first else {
            Issue.record("nothing copied")
            return
        }
        #expect(lines.count == 655)
        #expect(notice(model).contains("the beginning of 200 kB"))
    }

    @Test
    func `e opens topic, headers and body in the form, and keeps bytes that are not text`() {
        let headers = "NATS/1.0\r\nTrace: abc\r\nTrace: def\r\n\r\n"
        var model = model([Fixtures.entry("orders.eu", "hello", headers: headers)])
        model.prepareFrame()
        model.press("e")
        #expect(Screens.shows("Topic   orders.eu", model))
        #expect(Screens.shows("Headers Trace: abc", model))
        #expect(Screens.shows("Trace: def", model))
        #expect(Screens.shows("Body    hello", model))

        var binary = self.model([
            TailEntry(epochSeconds: 0, cluster: 1, topic: "orders.eu".utf8, payload: [0xFF, 0x00, 0x01])
        ])
        binary.prepareFrame()
        binary.press("e")
        #expect(Screens.shows("3 B, not text: sent unchanged", binary))
        guard case .background(.publish(_, let request))? = binary.press("enter").first else {
            Issue.record("not published")
            return
        }
        #expect(request.body == [0xFF, 0x00, 0x01])
    }

    @Test(
        arguments: [
            (Fixtures.entry("t", String(repeating: "x", count: 300_000)), "only 262 kB of 300 kB"),
            (TailEntry(epochSeconds: 0, cluster: 0, topic: [0xFF], payload: [1]), "the topic has bytes that cannot be typed"),
            (Fixtures.entry("a\u{1B}b", "x"), "the topic has bytes"),
            (Fixtures.entry("t", "x", headers: "NATS/1.0\r\nbroken\r\n\r\n"), "the headers are malformed"),
            (Fixtures.entry("t", "x", headers: "NATS/1.0\r\nA: b\u{1B}[31m\r\n\r\n"), "the headers have characters"),
        ]
    )
    func `a message that cannot be published again shows the reason`(_ entry: TailEntry, _ reason: String) {
        var model = model([entry])
        model.prepareFrame()
        model.press("e")
        #expect(model.prompt == nil)
        #expect(notice(model).hasPrefix(reason), "\(notice(model))")
    }

    @Test
    func `^s saves the messages that match the filter`() {
        var model = model([Fixtures.entry("a", "one"), Fixtures.entry("b", "two"), Fixtures.entry("c", "one more")])
        model.press("/")
        model.type("one")
        model.press("enter")
        guard case .background(.save(let entries))? = model.press("^s").first else {
            Issue.record("nothing saved")
            return
        }
        #expect(entries.map { String(decoding: $0.topic, as: UTF8.self) } == ["a", "c"])
        var empty = self.model([])
        #expect(empty.press("^s").isEmpty)
        #expect(notice(empty) == "there is no message to save")
    }

    @Test(arguments: ScreenTests.sizes)
    func `the counts of lost and hidden messages are shown at every size, also with the message in front`(_ size: Size) {
        var model = Fixtures.busyModel(size, view: .tail)
        model.data.subscriptions[0].dropped = 12
        #expect(Screens.shows("12 dropped · 0/s not shown", model))
        model.press("enter")
        #expect(Screens.shows("12 dropped · 0/s not shown", model))
    }

    @Test
    func `L shows the text without frames`() {
        let model = Fixtures.busyModel(Size(width: 80, height: 24), view: .tail)
        let text = plainScreen(model, glyphs: .unicode).lines()
        #expect(text.contains { $0.contains(#"{"id":41,"total":12.50}"#) })
        #expect(!text.joined().unicodeScalars.contains { ("\u{2500}"..."\u{257F}").contains($0) })
        var other = model
        #expect(other.press("L") == [.terminal(.copyScreen)])
    }
}
