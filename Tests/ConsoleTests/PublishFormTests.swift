import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("The publish form")
struct PublishFormTests {
    private static let size = Size(width: 100, height: 30)

    private func form(_ size: Size = size, profile: Profile = Fixtures.profile()) -> ConsoleModel {
        var model = Fixtures.busyModel(size, view: .overview)
        if profile.environment != .development {
            model.data = Fixtures.data(profile: profile)
            model.data.clusters = Fixtures.clusters
        }
        model.press("p")
        model.type("orders.eu")
        return model
    }

    private func sent(_ effects: [Effect]) -> PublishRequest? {
        if case .background(.publish(_, let request))? = effects.first { request } else { nil }
    }

    // MARK: Repeat

    @Test
    func `a repeated publish has a count and an interval, shows its progress, and is confirmed as a whole`() throws {
        var model = form()
        model.press("tab", "tab", "tab", "^u")
        model.type("1000")
        model.press("tab")
        model.type("5ms")
        let request = try #require(sent(model.press("enter")))
        #expect(request.mode == .publish(count: 1000, interval: .milliseconds(5)))
        _ = update(&model, .publish(id: 1, .accepted(412)))
        #expect(Screens.shows("412 of 1000 accepted", model))
        #expect(model.press("enter").isEmpty, "only one publish at a time")
        // Other keys still work.
        model.press("S-tab", "S-tab")
        model.type("typed meanwhile")
        #expect(Screens.shows("typed meanwhile", model))
        #expect(Screens.shows("412 of 1000 accepted", model))
        _ = update(&model, .publish(id: 1, .accepted(1000)))
        #expect(Screens.shows("1000 messages accepted, waiting for the server", model))
        _ = update(&model, .publish(id: 1, .confirmed(1000, after: .milliseconds(3))))
        #expect(Screens.shows("1000 messages confirmed by the server after 3.0 ms", model))
    }

    @Test
    func `esc stops a repeated publish and keeps the form, and sent messages are still confirmed`() {
        var model = form()
        model.press("tab", "tab", "tab", "^u")
        model.type("1000")
        model.press("enter")
        _ = update(&model, .publish(id: 1, .accepted(7)))
        #expect(model.press("esc") == [.background(.stopPublish(id: 1))])
        #expect(model.prompt is PublishPrompt)
        _ = update(&model, .publish(id: 1, .accepted(9)))
        #expect(Screens.shows("9 messages accepted, waiting for the server", model))
        _ = update(&model, .publish(id: 1, .confirmed(9, after: .milliseconds(1))))
        #expect(Screens.shows("9 messages confirmed", model))
        model.press("esc")
        #expect(model.prompt == nil)
    }

    @Test(
        arguments: [("0", "", "repeat must be 1 to 1000000"), ("x", "", "repeat must be"), ("2", "2h", "out of range")]
    )
    func `a value out of bounds is an error that names the bounds`(_ count: String, _ interval: String, _ reason: String) {
        var model = form()
        model.press("tab", "tab", "tab", "^u")
        model.type(count)
        model.press("tab")
        model.type(interval)
        #expect(model.press("enter").isEmpty)
        #expect(Screens.shows(reason, model))
    }

    // MARK: Request

    @Test
    func `a request shows the reply with its latency, and the reply can be scrolled`() throws {
        var model = form(Size(width: 80, height: 24))
        model.press("^r", "tab", "tab", "tab", "^u")
        model.type("250ms")
        let request = try #require(sent(model.press("enter")))
        #expect(request.mode == .request(timeout: .milliseconds(250)))
        #expect(Screens.shows("waiting for the reply", model))
        let entry = Fixtures.entry("_INBOX.1.2", #"{"id":42,"lines":[1,2,3,4,5,6,7,8,9,10],"last":true}"#)
        _ = update(&model, .publish(id: 1, .replied(Reply(entry: entry, after: .microseconds(1_250)))))
        #expect(Screens.shows("replied after 1.3 ms, 52 B", model))
        #expect(Screens.shows(#""id": 42,"#, model))
        #expect(!Screens.shows(#""last": true"#, model))
        model.press("pgdn", "pgdn", "pgdn", "pgdn")
        #expect(Screens.shows(#""last": true"#, model))
        model.press("pgup", "pgup", "pgup")
        #expect(Screens.shows(#""id": 42,"#, model))
        #expect(model.outbox.isEmpty)
    }

    @Test
    func `a request without responders fails with the error of the library`() {
        var model = form()
        model.press("^r", "enter")
        _ = update(&model, .publish(id: 1, .failed("no subscriber for the topic")))
        #expect(Screens.shows("failed: no subscriber for the topic", model))
        #expect(model.data.events.rows.last?.text.plain.contains("request failed") == true)
    }

    // MARK: Production

    @Test
    func `publishing to production asks for confirmation every time`() throws {
        var model = form(profile: Fixtures.profile(.production, allowPublish: true))
        #expect(model.press("enter").isEmpty)
        #expect(Screens.shows("Production: send a message to orders.eu on beta?", model))
        model.press("n")
        #expect(model.prompt is PublishPrompt)
        model.press("enter")
        #expect(sent(model.press("y"))?.topic == "orders.eu")
        _ = update(&model, .publish(id: 1, .accepted(1)))
        _ = update(&model, .publish(id: 1, .confirmed(1, after: .zero)))
        #expect(model.press("enter").isEmpty)
    }

    @Test
    func `the command also asks for confirmation`() {
        var model = Fixtures.model(profile: Fixtures.profile(.production, allowPublish: true))
        #expect(model.run("pub orders.eu x").isEmpty)
        #expect(Screens.shows("Production: send a message to orders.eu on beta?", model))
        #expect(sent(model.press("y"))?.body == Array("x".utf8))
        #expect(model.prompt == nil)
    }

    // MARK: Editor

    @Test
    func `^e edits the body in the editor, and a failure is shown and changes nothing`() {
        var model = form()
        model.press("tab", "tab")
        model.type("one")
        #expect(model.press("^e") == [.background(.edit(Array("one".utf8)))])
        #expect(model.press("enter").isEmpty, "no publish while the editor is open")
        _ = update(&model, .edited(.saved(Array("two\nlines".utf8))))
        #expect(Screens.shows("Body    two", model))
        #expect(Screens.shows("lines", model))
        model.press("^e")
        _ = update(&model, .edited(.failed("set VISUAL")))
        #expect(Screens.shows("the body was not changed: set VISUAL", model))
        #expect(Screens.shows("Body    two", model))
    }

    @Test(
        arguments: [[0xFF, 0x00], Array("a\r\nb".utf8), Array("a\u{1B}[31m".utf8), [UInt8](repeating: 0x41, count: 70_000)]
    )
    func `bytes that a text field would change are sent unchanged`(_ body: [UInt8]) throws {
        var model = form()
        model.press("^e")
        _ = update(&model, .edited(.saved(body)))
        #expect(Screens.shows("sent unchanged; ^u clears it", model))
        model.type("lost?")
        #expect(sent(model.press("enter"))?.body == body)
        _ = update(&model, .publish(id: 1, .confirmed(1, after: .zero)))
        model.press("^u")
        model.type("new")
        #expect(sent(model.press("enter"))?.body == Array("new".utf8))
    }

    // MARK: History

    @Test
    func `up recalls whole messages, and down returns to the draft`() {
        var model = form()
        model.press("tab")
        model.type("Trace: 1")
        model.press("tab")
        model.type("first")
        model.press("enter")
        _ = update(&model, .publish(id: 1, .confirmed(1, after: .zero)))
        model.press("esc", "p")
        model.type("orders.us")
        model.press("up")
        #expect(Screens.shows("Topic   orders.eu", model))
        #expect(Screens.shows("Headers Trace: 1", model))
        #expect(Screens.shows("Body    first", model))
        model.press("up")
        #expect(Screens.shows("Body    first", model))
        model.press("down")
        #expect(Screens.shows("Topic   orders.us", model))
        #expect(!Screens.shows("first", model))
    }

    @Test
    func `in a body of several lines up moves the cursor, and recalls a message from the first line`() {
        var model = form()
        model.press("enter")
        _ = update(&model, .publish(id: 1, .confirmed(1, after: .zero)))
        model.press("tab", "tab")
        model.type("one")
        model.press("^j")
        model.type("two")
        model.press("up")
        #expect(Screens.shows("Body    one", model))
        model.press("up")
        #expect(!Screens.shows("Body    one", model))
        model.press("down")
        #expect(Screens.shows("Body    one", model))
    }

    @Test
    func `the history of earlier runs comes before that of this run, and is limited`() {
        var model = form()
        model.press("enter")
        var history = ConsoleHistory()
        history.add(.message(.init(topic: "old.topic", headers: "", body: Array("kept".utf8))))
        history.add(.command("route x"))
        _ = update(&model, .historyLoaded(history))
        #expect(model.messageHistory.drafts.map(\.topic) == ["old.topic", "orders.eu"])
        #expect(model.histories[.command]?.entries == ["route x"])
        var messages = MessageHistory()
        for number in 0..<300 { messages.add(MessageDraft(topic: "t.\(number)", body: Array(repeating: 65, count: 20_000))) }
        #expect(messages.drafts.count == 52)
        #expect(messages.drafts.last?.topic == "t.299")
        messages.add(MessageDraft(topic: "t", body: Array(repeating: 65, count: 100_000)))
        #expect(messages.drafts.last?.topic == "t.299")
    }

    @Test(arguments: [true, false])
    func `the history is saved for later runs, unless the profile disables it`(_ keeps: Bool) {
        var profile = Fixtures.profile()
        profile.keepsHistory = keeps
        var model = Fixtures.model(profile: profile)
        model.press("p")
        model.type("orders.eu")
        var kept: [Effect] = model.press("enter") + model.press("esc", ":")
        model.type("route a")
        kept += model.press("enter", "/")
        model.type("find")
        kept += model.press("enter")
        kept += model.run("sub a.b")
        let entries = kept.compactMap { if case .background(.remember(let entry)) = $0 { entry } else { nil } }
        let expected: [ConsoleHistory.Entry] = [
            .message(.init(topic: "orders.eu", headers: "", body: [])), .command("route a"), .filter("find"), .topic("a.b"),
        ]
        #expect(entries == (keeps ? expected : []))
    }

    // MARK: Waiting

    /// A topic of gamma, which is down.
    private var topicOfGamma: String {
        (0..<1000).lazy.map { "waiting.\($0)" }.first { Fixtures.ring.index(of: $0) == 2 } ?? ""
    }

    private func waiting(_ keys: String...) -> ConsoleModel {
        var model = Fixtures.busyModel(Self.size, view: .overview)
        model.press("p")
        model.type(topicOfGamma)
        for key in keys + ["enter"] { model.press(key) }
        return model
    }

    @Test
    func `esc cancels a message that waits for a cluster, and a notice says that nothing was sent`() {
        var model = waiting()
        #expect(Screens.shows("waiting for gamma, try 7; esc cancels", model))
        #expect(Screens.shows("1 message waits for gamma, try 7; ^x cancels", model))
        #expect(model.press("esc") == [.background(.stopPublish(id: 1))])
        #expect(model.prompt == nil)
        #expect(Screens.shows("1 message waits for gamma, try 7", model), "shown until it is finished")
        _ = update(&model, .publish(id: 1, .canceled))
        #expect(Screens.shows("canceled: nothing was sent", model))
        #expect(model.outbox.isEmpty)
        #expect(!Screens.shows("waits for gamma", model))
    }

    @Test
    func `a message that was sent just before it was canceled is shown as confirmed`() {
        var model = waiting()
        model.press("esc")
        _ = update(&model, .publish(id: 1, .accepted(1)))
        _ = update(&model, .publish(id: 1, .confirmed(1, after: .milliseconds(2))))
        #expect(Screens.shows("confirmed by the server", model))
    }

    @Test
    func `esc cancels a waiting request, and a notice says that it may have been sent`() {
        var model = waiting("^r")
        #expect(Screens.shows("1 request waits for gamma, try 7; ^x cancels", model))
        #expect(model.press("esc") == [.background(.stopPublish(id: 1))])
        _ = update(&model, .publish(id: 1, .canceled))
        #expect(Screens.shows("canceled: the request may have been sent", model))
    }

    @Test
    func `waiting messages without a form are shown until they finish, and ^x cancels them`() {
        var model = Fixtures.busyModel(Self.size, view: .tail)
        _ = model.run("pub \(topicOfGamma) body")
        _ = model.run("pub \(topicOfGamma) another")
        #expect(Screens.shows("2 messages wait for gamma, try 7; ^x cancels", model))
        model.press("j")
        #expect(Screens.shows("2 messages wait for gamma", model), "shown after other keys")
        let ids = model.outbox.keys.sorted()
        #expect(model.press("^x") == ids.map { .background(.stopPublish(id: $0)) })
        for id in ids { _ = update(&model, .publish(id: id, .canceled)) }
        #expect(!Screens.shows("wait for gamma", model))
        #expect(model.press("^x").isEmpty)
        #expect(Screens.shows("nothing is waiting to be sent", model))
    }

    @Test
    func `quitting and switching the profile ask while a message waits, and a short wait is not shown`() {
        var model = waiting()
        model.prompt = nil
        #expect(model.press("q").isEmpty)
        #expect(Screens.shows("A message waits for gamma and would not be sent.", model))
        model.press("n")
        #expect(update(&model, .profileLoaded("other")).isEmpty)
        #expect(Screens.shows("A message waits for gamma and would not be sent.", model))
        model.press("n")
        _ = update(&model, .publish(id: 1, .accepted(1)))
        #expect(Screens.shows("1 message is not confirmed by gamma", model))
        #expect(model.press("^x").isEmpty)
        _ = update(&model, .publish(id: 1, .confirmed(1, after: .zero)))

        var brief = Fixtures.busyModel(Self.size, view: .overview)
        _ = brief.run("pub orders.eu body")
        #expect(brief.waiting == nil, "usually it takes a few milliseconds")
        brief.data.now.uptime += .seconds(2)
        #expect(brief.waiting?.plain == "1 message waits for beta; ^x cancels")
    }

    // MARK: Quit

    @Test
    func `quitting asks only if something would be lost`() {
        var model = form()
        model.press("tab", "tab", "tab", "^u")
        model.type("50")
        model.press("enter")
        _ = update(&model, .publish(id: 1, .accepted(3)))
        model.prompt = nil
        #expect(model.press("q").isEmpty)
        #expect(Screens.shows("3 of 50 messages to orders.eu have been sent.", model))
        model.press("n")
        #expect(model.run("q").isEmpty)
        #expect(model.press("y") == [.terminal(.quit)])
        model.prompt = nil
        #expect(update(&model, .input(.terminate(.terminate))) == [.terminal(.quit)], "a signal quits without a question")
        _ = update(&model, .publish(id: 1, .accepted(50)))
        #expect(model.press("q").isEmpty)
        #expect(Screens.shows("A message is not confirmed by the server.", model))
        model.press("n")
        _ = update(&model, .publish(id: 1, .confirmed(50, after: .zero)))
        #expect(model.press("q") == [.terminal(.quit)])
    }

    // MARK: Screens

    @Test(arguments: ScreenTests.sizes)
    func `a reply matches its screen at each size`(_ size: Size) throws {
        var model = form(size)
        model.press("^r", "tab", "tab")
        model.type(#"{"id":42}"#)
        model.press("enter")
        _ = update(&model, .publish(id: 1, .replied(Reply(entry: Fixtures.tailEntries[2], after: .microseconds(840)))))
        try Screens.expect(model, "request-\(size.width)x\(size.height)")
    }
}
