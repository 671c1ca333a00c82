import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Nodes of the demo")
struct DemoNodeTests {
    private static let nodes = ["alpha", "beta", "gamma"].flatMap { cluster in
        (1...2).map { DemoNode(name: "\(cluster)-\($0)", cluster: cluster, address: "127.0.0.1:\(4221 + $0)", state: .running) }
    }

    private static func list(_ nodes: [DemoNode], revision: Int) -> DemoNodeList {
        DemoNodeList(revision: revision, nodes: nodes)
    }

    private func model(_ size: Size = Size(width: 120, height: 36)) -> ConsoleModel {
        var model = Fixtures.busyModel(size, view: .overview)
        model.data.demoNodes = Self.list(Self.nodes, revision: 1)
        return model
    }

    @Test
    func `outside the demo K has no effect and is not in the help`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 100), view: .overview)
        #expect(model.press("K").isEmpty)
        #expect(model.prompt == nil && model.notice == nil)
        model.press("?")
        #expect(!Screens.shows("node of the demo", model))
        model.press("esc")
        model.data.demoNodes = Self.list(Self.nodes, revision: 1)
        model.press("?")
        #expect(Screens.shows("node of the demo", model))
    }

    @Test
    func `K can be bound to another action without a conflict`() throws {
        let file = try ConfigurationFile.parse("[keys]\npublish = \"K\"\n", file: "test", actions: BindableAction.console)
        #expect(KeyMap(file.keyBindings).action(for: "K", in: .everywhere) == .publish)
    }

    @Test
    func `the list begins at the selected cluster, and enter kills a running node and starts a stopped one`() {
        var model = model()
        model.press("down")
        #expect(model.press("K") == [.background(.lookAtDemo)])
        #expect(model.press("enter") == [.background(.demo(.stop, node: "beta-1"))])
        var nodes = Self.nodes
        nodes[2].state = .stopped
        _ = update(&model, .demoDone(.stop, node: "beta-1", Self.list(nodes, revision: 2)))
        #expect(model.notice?.text.plain == "beta-1 killed (SIGKILL); K starts it again")
        #expect(model.data.events.rows.last?.text.plain == model.notice?.text.plain)
        model.press("K")
        #expect(Screens.shows("○ beta-1   127.0.0.1:4222  stopped", model))
        #expect(model.press("f").isEmpty, "a stopped node cannot be frozen")
        #expect(model.press("enter") == [.background(.demo(.start, node: "beta-1"))])
    }

    @Test
    func `f freezes and resumes a node, and a late older answer is ignored`() {
        var model = model()
        model.press("K", "down")
        #expect(model.press("f") == [.background(.demo(.freeze, node: "alpha-2"))])
        var nodes = Self.nodes
        nodes[1].state = .frozen
        _ = update(&model, .demoNodes(Self.list(nodes, revision: 2)))
        _ = update(&model, .demoNodes(Self.list(Self.nodes, revision: 1)))
        model.press("K", "down")
        #expect(model.press("f") == [.background(.demo(.thaw, node: "alpha-2"))])
    }

    @Test(arguments: ScreenTests.sizes)
    func `the list of nodes matches its screen at each size`(_ size: Size) throws {
        var model = model(size)
        model.data.demoNodes?.nodes[1].state = .frozen
        model.data.demoNodes?.nodes[3].state = .stopped
        model.press("K")
        try Screens.expect(model, "demo-nodes-\(size.width)x\(size.height)")
    }
}
