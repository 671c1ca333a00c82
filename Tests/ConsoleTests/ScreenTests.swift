import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Screens")
struct ScreenTests {
    static let sizes = [Size(width: 120, height: 36), Size(width: 80, height: 24), Size(width: 40, height: 12)]
    static let views: [KeyAction] = [.overview, .topics, .tail, .connections, .ring, .servers, .events]

    @Test(arguments: views, sizes)
    func `each view matches its screen at each size`(_ view: KeyAction, _ size: Size) throws {
        let model = Fixtures.busyModel(size, view: view)
        try Screens.expect(model, "\(view.rawValue)-\(size.width)x\(size.height)")
    }

    @Test(
        arguments: [("subscribe", "s"), ("publish", "p"), ("unsubscribe", "u"), ("help", "?")],
        sizes
    )
    func `each prompt over a view matches its screen`(_ prompt: (name: String, key: String), _ size: Size) throws {
        var model = Fixtures.busyModel(size, view: .overview)
        model.press(prompt.key)
        if prompt.key == "s" || prompt.key == "p" { model.type("orders.eu") }
        try Screens.expect(model, "\(prompt.name)-\(size.width)x\(size.height)")
    }

    @Test(arguments: sizes + [ConsoleModel.minimumSize])
    func `the list below a prompt matches its screen`(_ size: Size) throws {
        var model = Fixtures.busyModel(size, view: .topics)
        model.press(":")
        model.type("su")
        try Screens.expect(model, "command-\(size.width)x\(size.height)")
        model.press("esc", "p")
        model.press("S-tab", "S-tab")
        model.press("^u")
        model.type("o.e")
        model.press("down")
        try Screens.expect(model, "publish-topics-\(size.width)x\(size.height)")
    }

    @Test
    func `a wide terminal has a third column beside the tail`() throws {
        try Screens.expect(Fixtures.busyModel(Size(width: 200, height: 50), view: .tail), "tail-200x50")
    }

    @Test(arguments: views)
    func `each view matches its screen at the smallest size, with its most important data`(_ view: KeyAction) throws {
        let model = Fixtures.busyModel(ConsoleModel.minimumSize, view: view)
        try Screens.expect(model, "\(view.rawValue)-20x5")
    }

    @Test(arguments: views)
    func `each view fills exactly its rows and columns at any size`(_ view: KeyAction) {
        for (width, height) in [(20, 5), (20, 40), (29, 8), (39, 11), (40, 11), (63, 17), (100, 7), (200, 5), (300, 80)] {
            let model = Fixtures.busyModel(Size(width: width, height: height), view: view)
            let lines = Screens.lines(model)
            #expect(lines.count == height)
            #expect(lines[0].contains("up"), "the header shows the state of the clusters at \(width)x\(height)")
            #expect(lines.dropFirst().contains { !$0.allSatisfy { " ─│╭╮╰╯".contains($0) } })
        }
    }

    @Test(arguments: [KeyAction.overview, .servers], sizes + [ConsoleModel.minimumSize])
    func `problems behind the load balancers match their screens`(_ view: KeyAction, _ size: Size) throws {
        var model = Fixtures.busyModel(size, view: view)
        model.data.incidents = IncidentLog()
        model.data.clusters = Fixtures.hiddenProblems
        model.data.updateIncidents()
        try Screens.expect(model, "\(view.rawValue)-problems-\(size.width)x\(size.height)")
    }

    @Test
    func `a screen in ASCII matches its file`() throws {
        let model = Fixtures.busyModel(Size(width: 80, height: 24), view: .overview)
        try Screens.expect(model, "overview-ascii-80x24", glyphs: .ascii)
        let scalars = Screens.lines(model, glyphs: .ascii).joined().unicodeScalars
        #expect(scalars.allSatisfy { $0.isASCII })
    }

    @Test
    func `the screen before any server has answered matches its file`() throws {
        var model = Fixtures.model(Size(width: 80, height: 24))
        for index in model.data.clusters.indices { model.data.clusters[index].address = "nats-\(index).example.org:4222" }
        try Screens.expect(model, "first-80x24")
    }
}
