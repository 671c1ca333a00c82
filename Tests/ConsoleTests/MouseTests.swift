import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Mouse")
struct MouseTests {
    /// Clicks on the first occurrence of a text on the screen.
    @discardableResult
    private func click(_ text: String, _ model: inout ConsoleModel) -> [Effect] {
        mouse(.press(.left), text, &model)
    }

    @discardableResult
    private func mouse(_ action: MouseEvent.Action, _ text: String, _ model: inout ConsoleModel) -> [Effect] {
        model.prepareFrame()
        for (y, line) in Screens.lines(model).enumerated() {
            // Each character has one cell, because these screens have no wide characters.
            guard let range = line.firstRange(of: text) else { continue }
            let x = line.unicodeScalars.distance(from: line.startIndex, to: range.lowerBound)
            return update(&model, .input(.mouse(MouseEvent(action, at: Point(x: x, y: y)))))
        }
        Issue.record("the screen does not show \(text)")
        return []
    }

    @Test(arguments: ScreenTests.sizes)
    func `a click on a tab opens its view`(_ size: Size) {
        var model = Fixtures.busyModel(size, view: .overview)
        // On a narrow screen only the tab of the open view has a title.
        click(size.width < 80 ? " 2  3" : "2 T", &model)
        #expect(model.views.current is TopicsView)
    }

    @Test(arguments: ScreenTests.sizes)
    func `a click selects a row, and a second click opens it`(_ size: Size) {
        var model = Fixtures.busyModel(size, view: .topics)
        click("orders.us", &model)
        #expect(Screens.shows("▸ orders.us", model))
        click("orders.asia", &model)
        #expect(Screens.shows("▸ orders.asia", model))
        click("orders.asia", &model)
        #expect(Screens.shows("owner       ", model))
    }

    @Test
    func `a click on the reason below a cluster selects the cluster`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        click("2 of 5 publishers", &model)
        #expect(Screens.shows("▸ ◐  beta", model))
        click("gamma", &model)
        #expect(Screens.shows("▸ ○  gamma", model))
    }

    @Test
    func `a click in the tail pauses it and selects a message, and the wheel scrolls the pane under the pointer`() {
        var model = Fixtures.model(Size(width: 120, height: 20), view: .tail)
        let body = (0..<100).map { "row \($0)" }.joined(separator: "\n")
        let entries = (0..<10).map { Fixtures.entry("topic.\($0)", body) }
        model.data.tail.append(TailDelivery(entries: entries))
        click("topic.3", &model)
        #expect(Screens.shows("Tail, paused", model))
        #expect(Screens.shows("▸ 14:03:22.000 alpha   topic.3", model))
        mouse(.scrollDown, "row 5", &model)
        #expect(Screens.shows("row 14", model))
        #expect(Screens.shows("▸ 14:03:22.000 alpha   topic.3", model))
        mouse(.scrollUp, "topic.5", &model)
        #expect(Screens.shows("▸ 14:03:22.000 alpha   topic.0", model))
    }

    @Test
    func `a click selects an event, a click outside the screen does nothing, and prompts ignore clicks`() {
        var model = Fixtures.busyModel(Size(width: 80, height: 24), view: .events)
        click("n1 2.9.10", &model)
        #expect(Screens.lines(model).contains { $0.contains("▸") && $0.contains("n1 2.9.10") })
        #expect(update(&model, .input(.mouse(MouseEvent(.press(.left), at: Point(x: 500, y: 500))))).isEmpty)
        model.press("s")
        click("1 Overview", &model)
        #expect(model.views.current is EventsView)
        #expect(model.prompt is SubscribePrompt)
    }
}
