import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Keys and commands")
struct UpdateTests {
    @Test
    func `q and ^c quit, esc never does`() {
        var model = Fixtures.model()
        #expect(model.press("q") == [.terminal(.quit)])
        #expect(model.press("^c") == [.terminal(.quit)])
        for view in ScreenTests.views {
            var model = Fixtures.busyModel(Size(width: 80, height: 24), view: view)
            #expect(!model.press("esc", "esc", "esc").contains(.terminal(.quit)))
        }
        #expect(update(&model, .input(.terminate(.hangup))) == [.terminal(.quit)])
    }

    @Test
    func `numbers open views`() {
        var model = Fixtures.model()
        let views = [
            ("2", "Topics"), ("3", "Tail"), ("4", "Connections"), ("5", "Ring"), ("6", "Servers"),
            ("7", "Events"), ("1", "Overview"),
        ]
        for (key, title) in views {
            model.press(key)
            #expect(type(of: model.views.current).title.plain == title)
        }
    }

    @Test
    func `a terminal that is too small shows the required size, and q quits even with an open prompt`() {
        var model = Fixtures.model(Size(width: 19, height: 8))
        #expect(Screens.lines(model)[0].hasPrefix("needs 20x5"))
        #expect(Screens.lines(model)[1].hasPrefix("has 19x8"))
        #expect(model.press("q") == [.terminal(.quit)])
        model.size = Size(width: 80, height: 24)
        model.press("s")
        model.size = Size(width: 30, height: 4)
        #expect(model.press("q") == [.terminal(.quit)])
    }

    @Test
    func `keys for theme and mouse have effects outside the model`() {
        var model = Fixtures.model()
        #expect(model.press("T") == [.background(.loadNextTheme(after: "default-dark"))])
        #expect(model.press("^z") == [.terminal(.suspend)])
        #expect(model.press("^l") == [.terminal(.redraw)])
        #expect(model.press("m", "m") == [.terminal(.setMouse(true)), .terminal(.setMouse(false))])
    }

    @Test
    func `keys of the configuration replace the standard keys in dispatch, hints and help`() throws {
        let file = try ConfigurationFile.parse("[keys]\npublish = \"P\"\n", file: "test", actions: BindableAction.console)
        var model = Fixtures.model()
        model.data.keys = KeyMap(file.keyBindings)
        model.press("p")
        #expect(model.prompt == nil)
        #expect(Screens.shows("P publish", model))
        model.press("P")
        #expect(model.prompt is PublishPrompt)
    }

    @Test
    func `two actions with one key are refused when the configuration is read`() {
        #expect(throws: SettingsError.self) {
            try ConfigurationFile.parse("[keys]\npublish = \"s\"\n", file: "test", actions: BindableAction.console)
        }
    }

    @Test
    func `a notice disappears after its time and with the next key`() {
        var model = Fixtures.model()
        model.press(":")
        model.type("route orders.eu")
        model.press("enter")
        model.prepareFrame()
        var later = Fixtures.now
        _ = update(&model, .tick(later))
        later.uptime += Notice.lifetime - .milliseconds(1)
        _ = update(&model, .tick(later))
        #expect(model.notice != nil)
        later.uptime += .milliseconds(1)
        _ = update(&model, .tick(later))
        #expect(model.notice == nil)
    }

    @Test
    func `what happens in the background does not replace an error that answers the operator`() {
        var model = Fixtures.model()
        _ = model.subscribe(SubscriptionRequest(pattern: ">"), isConfirmed: true)
        let id = model.data.subscriptions[0].id
        model.data.clusters[0].state = .down
        _ = update(&model, .failed(.error("no such profile")))
        _ = update(&model, .subscription(id: id, .waiting([0])))
        #expect(Screens.shows("error: no such profile", model))
        #expect(model.data.events.rows.contains { $0.detail.plain.contains("> is pending") }, "it is an event")
        _ = update(&model, .subscription(id: id, .ended("permission")))
        #expect(Screens.shows("error: no such profile", model))
        model.notice = .info("theme nord")
        _ = update(&model, .subscription(id: id, .waiting([0])))
        #expect(Screens.shows("> is pending", model), "information is replaced")
    }

    @Test
    func `after a stop of the program, a notice is drawn and has its whole time`() {
        var model = Fixtures.model()
        _ = update(&model, .failed(.error("no such profile")))
        // The ticks of the stop arrive before the next frame.
        var later = Fixtures.now
        for _ in 0..<3 {
            later.uptime += .seconds(3600)
            _ = update(&model, .tick(later))
        }
        #expect(Screens.shows("error: no such profile", model))
        model.prepareFrame()
        later.uptime += .seconds(3600)
        _ = update(&model, .tick(later))
        #expect(Screens.shows("error: no such profile", model))
        later.uptime += Notice.lifetime
        _ = update(&model, .tick(later))
        #expect(model.notice == nil)
    }

    // MARK: Commands

    @Test
    func `commands are carried out`() {
        var model = Fixtures.model()
        func run(_ line: String) -> [Effect] {
            model.press(":")
            return model.type(line) + model.press("enter")
        }
        #expect(run("q") == [.terminal(.quit)])
        #expect(run("theme nord") == [.background(.loadTheme("nord"))])
        #expect(run("view tail").isEmpty)
        #expect(type(of: model.views.current).title.plain == "Tail")
        #expect(run("servers").isEmpty)
        #expect(type(of: model.views.current).title.plain == "Servers")
        #expect(
            run("watch orders.>") == [.background(.subscribe(id: 1, SubscriptionRequest(pattern: "orders.>", purpose: .watch)))]
        )
        #expect(
            run("sub orders.eu workers") == [
                .background(.subscribe(id: 2, SubscriptionRequest(pattern: "orders.eu", queueGroup: "workers")))
            ]
        )
        let request = PublishRequest(topic: "orders.eu", body: Array("hello world".utf8))
        #expect(run("pub orders.eu hello world") == [.background(.publish(id: 3, request))])
        #expect(run("reconnect beta").isEmpty, "confirmation required")
        #expect(model.press("y") == [.background(.reconnect(.cluster(1), closesFirst: false))])
        #expect(run("unsub orders.eu") == [.background(.unsubscribe(id: 2))])
        #expect(run("route orders.eu").isEmpty)
        #expect(model.notice?.text.plain.hasPrefix("orders.eu → beta, hash 7277339649065724949, then ") == true)
    }

    @Test(
        arguments: [
            ("frobnicate", "unknown command frobnicate"), ("theme a b c d", ""), ("route", ":route needs TOPIC"),
            ("view nothing", "no view nothing"), ("ring x", "too many arguments for :ring"),
            ("reconnect delta", "no cluster delta"),
            ("quit now", "too many arguments for :quit"),
            ("route a..b", "an empty token"), ("pub orders.* x", "cannot publish to a pattern"),
        ]
    )
    func `an invalid command shows the reason`(_ line: String, _ reason: String) {
        var model = Fixtures.model()
        let effects = model.run(line)
        if reason.isEmpty {
            // The rest of the line is the name. Loading the theme checks whether it exists.
            #expect(effects == [.background(.loadTheme("a b c d"))])
        } else {
            #expect(effects.isEmpty)
            #expect(model.notice?.severity == .error)
            #expect(model.notice?.text.plain.contains(reason) == true, "\(model.notice?.text.plain ?? "no notice")")
        }
    }

    @Test
    func `tab completes commands and topics, and up recalls a line`() {
        var model = Fixtures.busyModel(Size(width: 80, height: 24), view: .overview)
        model.press(":")
        model.type("rou")
        model.press("tab")
        model.type(" orders.e")
        model.press("tab", "enter")
        #expect(model.notice?.text.plain.hasPrefix("orders.eu → beta") == true)
        model.press(":", "up")
        #expect(Screens.shows(": route orders.eu", model))
    }

    @Test
    func `pasted text is inserted into a prompt and never handled as keys`() {
        var model = Fixtures.model()
        let paste = Paste(bytes: Array("q:q\nq".utf8))
        #expect(update(&model, .input(.paste(paste))).isEmpty)
        model.press("s")
        #expect(update(&model, .input(.paste(paste))).isEmpty)
        #expect(model.prompt is SubscribePrompt)
    }

    @Test
    func `the help lists keys and commands, and can be searched`() {
        var model = Fixtures.model(Size(width: 100, height: 70), view: .tail)
        model.press("?")
        #expect(Screens.shows("pause and follow", model))
        #expect(Screens.shows(":route TOPIC", model))
        model.press("/")
        model.type("hex")
        #expect(Screens.shows("body as hex", model))
        #expect(!Screens.shows("pause and follow", model))
        #expect(model.press("enter", "esc", "esc").isEmpty)
        #expect(model.prompt == nil)
    }

    // MARK: Reports

    @Test
    func `a failed theme keeps the old one and shows the reason`() {
        var model = Fixtures.model()
        _ = update(&model, .failed(.error("no theme nrod")))
        #expect(model.data.theme.name == "default-dark")
        #expect(Screens.shows("error: no theme nrod", model))
    }

    @Test
    func `without a reachable cluster the old figures are dimmed and have an age, and the console continues`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        let down = Fixtures.clusters.map { row in
            var row = row
            (row.state, row.stateDuration, row.lastError) = (.down, .seconds(12), "connection refused")
            return row
        }
        #expect(update(&model, .snapshot(down)).isEmpty)
        #expect(Screens.shows("no cluster for 12 s", model))
        #expect(Screens.shows("as of 12 s ago", model))
        let lines = Screens.lines(model)
        #expect(lines.count { $0.contains("○") } == 3)
    }
}
