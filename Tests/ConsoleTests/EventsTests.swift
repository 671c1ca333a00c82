import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Events")
struct EventsTests {
    private static let wide = Size(width: 120, height: 36)

    private func model(_ size: Size = wide) -> ConsoleModel { Fixtures.busyModel(size, view: .events) }

    private func shown(_ model: ConsoleModel) -> [EventRow] {
        var model = model
        model.prepareFrame()
        return model.views[EventsView.self]?.rows ?? []
    }

    @Test
    func `v switches between all events, warnings and errors, and errors, and the pane shows the choice`() {
        var model = model()
        let all = shown(model).count
        #expect(all == 4)
        model.press("v")
        #expect(shown(model).allSatisfy { $0.severity != .info })
        #expect(shown(model).count == all - 1)
        #expect(Screens.shows("warnings and errors only", model))
        model.press("v")
        #expect(shown(model).allSatisfy { $0.severity == .error })
        #expect(Screens.shows("errors only", model))
        model.press("v")
        #expect(shown(model).count == all)
        model.press("v", "esc")
        #expect(shown(model).count == all, "esc shows all")
    }

    @Test
    func `the filter matches text, cluster and severity`() {
        for (text, count) in [("gamma", 2), ("RESET", 2), ("error", 2), ("nothing like it", 0)] {
            var model = model()
            model.press("/")
            model.type(text)
            model.press("enter")
            #expect(shown(model).count == count, "\(text)")
            #expect(Screens.shows("\(count) of 4 by \(text)", model))
        }
    }

    @Test
    func `enter shows an event in full, with its source, severity and count`() throws {
        var model = model()
        model.press("enter")
        #expect(Screens.shows("the last of 7 times", model))
        #expect(Screens.shows("cluster      gamma", model))
        model.press("j")
        #expect(Screens.shows("connection   publisher 3", model))
        #expect(Screens.shows("messages not confirmed", model))
        try Screens.expect(model, "events-detail-120x36")
    }

    @Test
    func `the selected event stays selected when newer events arrive`() {
        var model = model()
        model.press("j", "j")
        model.prepareFrame()
        let selected = model.views[EventsView.self]?.list.selection
        for _ in 0..<10 { model.log(EventRow(.note, .info, detail: "something")) }
        model.log(EventRow(.connected, .info, cluster: 0, detail: "again"))
        model.prepareFrame()
        #expect(selected != nil)
        #expect(model.views[EventsView.self]?.list.selection == selected)
    }
}
