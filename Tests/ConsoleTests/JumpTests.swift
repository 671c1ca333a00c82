import TerminalUI
import Testing

@testable import Console

@Suite("Jumps between details")
struct JumpTests {
    private static let wide = Size(width: 120, height: 36)

    @Test
    func `enter opens what the details show, the path is shown, and esc comes back step by step`() {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        model.data.clusters[1].connections = Fixtures.pool(1) { _ in }
        model.press("enter", "tab")
        #expect(Screens.shows("owner        beta ›", model))
        model.press("down", "down", "enter")
        #expect(type(of: model.views.current).opening == .connections)
        #expect(Screens.shows("Connections of beta", model))
        #expect(Screens.shows("Topics orders.eu › subscriber 4 of beta  esc goes back", model))
        model.press("enter")
        #expect(type(of: model.views.current).opening == .servers)
        #expect(Screens.shows("Topics orders.eu › subscriber 4 of beta › beta-1", model))
        model.press("esc")
        #expect(Screens.shows("Connections of beta", model))
        model.press("esc")
        #expect(type(of: model.views.current).opening == .topics)
        #expect(model.trail.isEmpty)
        #expect(Screens.shows("owner        beta ›", model), "the view is as it was left")
    }

    @Test
    func `opening a view by its key forgets the path`() {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        model.press("enter", "tab", "enter")
        #expect(Screens.shows("Connections of beta", model))
        #expect(!model.trail.isEmpty)
        model.press("3")
        #expect(model.trail.isEmpty)
        model.press("esc")
        #expect(type(of: model.views.current).opening == .tail)
    }

    @Test
    func `beside a message, tab reaches its topic, and enter there opens the cluster`() {
        var model = Fixtures.busyModel(Size(width: 200, height: 40), view: .tail)
        model.press("tab", "tab", "enter")
        #expect(type(of: model.views.current).opening == .connections)
        #expect(Screens.shows("Connections of beta", model))
        model.press("esc")
        #expect(type(of: model.views.current).opening == .tail)
        #expect(model.views[TailView.self]?.topic?.isFocused == true)
        model.press("esc")
        #expect(model.views[TailView.self]?.topic?.isFocused == false)
        // Backwards from the message: to the list, to the topic, to the message.
        for (part, isTopic) in [(ListDetailPart.list, false), (.list, true), (.detail, false)] {
            model.press("S-tab")
            #expect(model.views[TailView.self]?.topic?.isFocused == isTopic)
            #expect(model.views[TailView.self]?.parts.focus == part)
        }
    }

    @Test
    func `a jump shows its target in spite of an old filter, and esc undoes the newest first`() {
        var model = Fixtures.busyModel(Self.wide, view: .connections)
        model.press("/")
        model.type("gamma")
        model.press("enter", "2", "enter", "tab", "enter")
        #expect(Screens.shows("Connections of beta", model) && Screens.shows("8 of 10 up", model))
        #expect(!Screens.shows("esc shows all", model), "esc goes back")
        #expect(Screens.shows("Topics orders.eu › beta  esc goes back", model))
        model.press("/")
        model.type("publisher")
        model.press("enter")
        #expect(Screens.shows("5 of 10 by publisher", model))
        #expect(Screens.shows("only beta, filter publisher  esc clears the filter", model))
        model.press("esc")
        #expect(Screens.shows("8 of 10 up", model))
        #expect(Screens.shows("Topics orders.eu › beta  esc goes back", model))
        model.press("esc")
        #expect(type(of: model.views.current).opening == .topics)
    }

    @Test
    func `enter never follows a row that is scrolled out of view`() {
        var lines = (0..<40).map { StyledLine("line \($0)") }
        lines[0].jump = .cluster(0)
        lines[35].jump = .cluster(1)
        var detail = DetailState<Int>()
        detail.refresh(1, lines, height: 10)
        #expect(detail.jump(for: .open) == .cluster(0))
        _ = detail.handle(.pageDown)
        #expect(detail.jump(for: .open) == nil)
        #expect(detail.hints.allSatisfy { $0.action != .open })
        _ = detail.handle(.last)
        #expect(detail.jump(for: .open) == .cluster(1), "the visible row is selected")
        _ = detail.handle(.first)
        #expect(detail.jump(for: .open) == .cluster(0))
    }

    @Test
    func `the path is limited`() {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        for _ in 0..<100 { model.follow(.cluster(1)) }
        #expect(model.trail.crumbs.count == Trail.capacity)
        #expect(model.trail.path.count == Trail.capacity + 1)
    }

    // MARK: Notices

    @Test(arguments: [Size(width: 120, height: 36), Size(width: 40, height: 12), Size(width: 20, height: 5)])
    func `a long notice is shown whole, on several rows`(_ size: Size) {
        var model = Fixtures.busyModel(size, view: .topics)
        model.show(.warning("a fairly long text that ends with its last word"))
        let shown = Screens.lines(model).joined(separator: " ").split(separator: " ").joined(separator: " ")
        #expect(shown.contains("its last word"))
        #expect(shown.contains("warn: a fairly"))
    }

    @Test(arguments: [Size(width: 120, height: 36), Size(width: 80, height: 24), Size(width: 40, height: 12)])
    func `the bottom row shows whole keys, the most useful first`(_ size: Size) {
        let model = Fixtures.busyModel(size, view: .tail)
        let bottom = Screens.lines(model).last ?? ""
        #expect(bottom.contains(size.width > 80 ? "space pause" : "? help"))
        #expect(!bottom.contains("…"))
    }

    // MARK: Help

    @Test
    func `the help has several columns, the open view first, and typing searches all views`() {
        var model = Fixtures.model(Self.wide, view: .topics)
        model.press("?")
        let first = Screens.lines(model)[4]
        #expect(first.contains("Topics") && first.components > 2)
        model.type("hex")
        #expect(Screens.shows("In Tail", model) && Screens.shows("body as hex", model))
        model.press("esc")
        #expect(model.prompt is HelpPrompt)
        model.press("esc")
        #expect(model.prompt == nil)
    }

    @Test
    func `the smallest screen has the help, the lists and the owner`() {
        var model = Fixtures.busyModel(ConsoleModel.minimumSize, view: .topics)
        model.press("?")
        #expect(Screens.shows("enter", model), "the first keys of the view")
        model.press("esc", "s")
        #expect(Screens.shows("Topic", model) && Screens.shows("→ beta", model))
        model.press("esc", ":")
        model.type("ro")
        #expect(Screens.shows("route", model))
    }
}

extension String {
    /// The number of texts that are divided by at least two spaces.
    fileprivate var components: Int { split(separator: "  ").count { !$0.allSatisfy { " │".contains($0) } } }
}
