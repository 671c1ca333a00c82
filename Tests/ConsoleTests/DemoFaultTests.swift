import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Faults of the demo")
struct DemoFaultTests {
    /// Three clusters of two nodes, and one program.
    private static let targets: [DemoTarget] =
        ["alpha", "beta", "gamma"].flatMap { cluster in
            [
                DemoTarget(.node, "\(cluster)-1", cluster: cluster, address: "127.0.0.1:20001"),
                DemoTarget(.node, "\(cluster)-2", cluster: cluster, address: "127.0.0.1:20002"),
                DemoTarget(.balancer, cluster, cluster: cluster, address: "127.0.0.1:20003"),
                DemoTarget(.routes, "\(cluster)-1 and \(cluster)-2", cluster: cluster),
            ]
        } + [DemoTarget(.program, "demo billing", cluster: nil)]

    private static func state(
        _ faults: [String: DemoFault] = [:],
        revision: Int = 1,
        balancing: DemoBalancing = .haProxy
    ) -> DemoState {
        var targets = targets
        for index in targets.indices { targets[index].fault = faults[targets[index].name] }
        return DemoState(revision: revision, balancing: balancing, targets: targets)
    }

    private func model(_ size: Size = Size(width: 120, height: 36), _ faults: [String: DemoFault] = [:]) -> ConsoleModel {
        var model = Fixtures.busyModel(size, view: .overview)
        model.data.demo = Self.state(faults)
        return model
    }

    @Test
    func `outside the demo K has no effect and is not in the help`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 100), view: .overview)
        #expect(model.press("K").isEmpty)
        #expect(model.prompt == nil && model.notice == nil)
        model.press("?")
        #expect(!Screens.shows("faults in the demo", model))
        model.press("esc")
        model.data.demo = Self.state()
        model.press("?")
        #expect(Screens.shows("faults in the demo", model))
    }

    @Test
    func `K can be bound to another action without a conflict`() throws {
        let file = try ConfigurationFile.parse("[keys]\npublish = \"K\"\n", file: "test", actions: BindableAction.console)
        #expect(KeyMap(file.keyBindings).action(for: "K", in: .everywhere) == .publish)
    }

    @Test
    func `every fault has an entry, and enter shows its targets or causes it`() {
        for (index, fault) in DemoFault.allCases.enumerated() {
            var model = model()
            #expect(model.press("K") == [.background(.lookAtDemo)])
            for _ in 0..<index { model.press("down") }
            #expect(Screens.shows("▸ \(fault.definition.title.plain)", model))
            let targets = Self.targets.filter { $0.kind == fault.definition.kind }
            if targets.count > 1 {
                #expect(model.press("enter").isEmpty)
                for target in targets { #expect(Screens.shows(target.name, model)) }
            }
            #expect(model.press("enter") == [.background(.demo(DemoAction(fault, targets[0].name)))])
            #expect(model.prompt == nil)
        }
    }

    @Test
    func `the targets of the selected cluster come first, and esc goes back to the faults`() {
        var model = model()
        model.press("down", "K", "enter")
        #expect(Screens.shows("▸ beta-1", model))
        model.press("esc")
        #expect(Screens.shows("▸ kill a node", model))
        model.press("esc")
        #expect(model.prompt == nil)
    }

    @Test(arguments: DemoFault.allCases)
    func `a fault in effect is undone by the first entry, and its target has no second one`(_ fault: DemoFault) throws {
        let kind = fault.definition.kind
        let target = try #require(Self.targets.first { $0.kind == kind })
        var model = model()
        _ = update(&model, .demoDone(DemoAction(fault, target.name), Self.state([target.name: fault], revision: 2)))
        let notice = try #require(model.notice).text.plain
        #expect(notice.hasPrefix("\(target.label.plain) \(fault.definition.done.plain)"))
        #expect(model.data.events.rows.last?.text.plain == notice)
        guard let undo = fault.definition.undo else { return #expect(!notice.contains("K ")) }
        #expect(notice.hasSuffix("; K \(undo.plain)"))

        model.press("K")
        #expect(Screens.shows("▸ undo: \(target.label.plain) \(fault.definition.done.plain)", model))
        model.press("down")
        for other in DemoFault.allCases {
            if other.definition.kind == kind, kind != .program {
                model.press("enter")
                #expect(!Screens.shows("▸ \(target.name) ", model))
                model.press("esc")
            }
            model.press("down")
        }
        model.press("esc", "K")
        let action = DemoAction(fault, target.name, isUndoing: true)
        #expect(model.press("enter") == [.background(.demo(action))])
        _ = update(&model, .demoDone(action, Self.state(revision: 3)))
        #expect(model.notice?.text.plain == "\(target.label.plain) \(fault.definition.undone.plain)")
        model.press("K")
        #expect(!Screens.shows("undo", model))
    }

    @Test
    func `a late older state is ignored`() {
        var model = model()
        _ = update(&model, .demo(Self.state(["alpha-1": .kill], revision: 3)))
        _ = update(&model, .demo(Self.state(revision: 2)))
        model.press("K")
        #expect(Screens.shows("undo: alpha-1 killed (SIGKILL)", model))
    }

    @Test
    func `the balancers are named, and a warning says once that HAProxy is not used`() {
        var model = model()
        model.press("K")
        #expect(Screens.shows("Faults of the demo (HAProxy)", model))
        model.press("esc")
        let count = model.data.events.rows.count
        model.data.demo = DemoState(revision: 0, balancing: nil, targets: [])
        for revision in 1...2 { _ = update(&model, .demo(Self.state(revision: revision, balancing: .own))) }
        #expect(model.notice?.text.plain.hasPrefix("HAProxy is not used") == true)
        #expect(model.data.events.rows.count == count + 1)
        model.press("K")
        #expect(Screens.shows("Faults of the demo (own TCP balancers)", model))
    }

    @Test(arguments: ScreenTests.sizes)
    func `the list of faults matches its screen at each size`(_ size: Size) throws {
        var model = model(size, ["alpha-2": .freeze, "beta": .leadAstray])
        model.press("K")
        try Screens.expect(model, "demo-faults-\(size.width)x\(size.height)")
        model.press("down", "down", "enter")
        try Screens.expect(model, "demo-targets-\(size.width)x\(size.height)")
    }
}
