import Settings
import TerminalUI

/// `K` in the demo: the faults to undo and to cause, then the targets of the chosen fault.
struct DemoFaultPrompt: ConsolePrompt {
    /// An entry of the first list.
    private enum Entry: Hashable {
        case undo(DemoTarget)
        case cause(DemoFault)
    }

    /// The cluster whose target is selected first.
    private let cluster: String?
    private var entries = PickList<Entry>()
    /// The second list, once a fault with several targets is chosen.
    private var choice: (fault: DemoFault, targets: PickList<String>)?

    /// The minimum height of the view for the line that explains the selected entry.
    private static let heightWithEffects = 16

    /// - Parameter cluster: The cluster whose target is selected first.
    init(cluster: String?) {
        self.cluster = cluster
    }

    // MARK: Entries

    /// The faults in effect, then the faults that have a target.
    private static func entries(_ state: DemoState?) -> [Entry] {
        let targets = state?.targets ?? []
        return targets.filter { $0.fault != nil }.map { .undo($0) }
            + DemoFault.allCases.filter { !Self.targets(of: $0, state).isEmpty }.map { .cause($0) }
    }

    /// The targets that a fault can be caused on. A target has at most one fault.
    private static func targets(of fault: DemoFault, _ state: DemoState?) -> [DemoTarget] {
        let kind = fault.definition.kind
        return state?.targets.filter { $0.kind == kind && $0.fault == nil } ?? []
    }

    // MARK: Keys

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        if let choice { return chooseTarget(of: choice.fault, key, data) }
        switch entries.handle(key, in: Self.entries(data.demo), data) {
        case .cancelled: return .close
        case .stays: return .stay
        case .chosen(.undo(let target)):
            return target.fault.map { .submit(.demo(DemoAction($0, target.name, isUndoing: true))) } ?? .close
        case .chosen(.cause(let fault)):
            let targets = Self.targets(of: fault, data.demo)
            if targets.count == 1 { return .submit(.demo(DemoAction(fault, targets[0].name))) }
            choice = (fault, PickList(selected: targets.first { $0.cluster == cluster }?.name))
            return .stay
        }
    }

    private mutating func chooseTarget(of fault: DemoFault, _ key: Key, _ data: DashboardData) -> PromptResponse {
        switch choice?.targets.handle(key, in: Self.targets(of: fault, data.demo).map(\.name), data) {
        case .chosen(let name): return .submit(.demo(DemoAction(fault, name)))
        case .cancelled:
            choice = nil
            return .stay
        case .stays, nil: return .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    // MARK: Drawing

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        if let (fault, targets) = choice {
            let candidates = Self.targets(of: fault, data.demo)
            let names = candidates.map { SafeText(untrusted: $0.name) }
            let width = names.map(\.width).max() ?? 0
            targets.draw(
                zip(candidates, names).map { target, name in
                    let padding = SafeText(repeating: " ", count: width - name.width)
                    return (target.name, target.address.map { "\(name)\(padding)  \(untrusted: $0)" } ?? name)
                },
                title: fault.definition.title,
                message: view.height < Self.heightWithEffects ? [] : [fault.definition.effect],
                hints: [KeyHints.Hint(key: "enter", label: "cause"), KeyHints.Hint(key: "esc", label: "back")],
                theme: data.theme,
                into: &buffer,
                in: view
            )
            return nil
        }
        let all = Self.entries(data.demo)
        var entries = entries
        entries.update(all)
        let isUndo = if case .undo = entries.selection { true } else { false }
        let showsEffects = view.height >= Self.heightWithEffects
        entries.draw(
            all.map { ($0, Self.text(of: $0)) },
            title: "Faults of the demo\(data.demo?.balancing.map { " (\($0.label))" } ?? .empty)",
            message: showsEffects ? [entries.selection.map { Self.effect(of: $0) } ?? .empty] : [],
            hints: [
                KeyHints.Hint(key: "enter", label: isUndo ? "undo" : "choose"), KeyHints.Hint(key: "esc", label: "back"),
            ],
            // The effect of another entry must not change the width.
            minimumWidth: showsEffects ? all.map { Self.effect(of: $0).width }.max() ?? 0 : 0,
            theme: data.theme,
            into: &buffer,
            in: view
        )
        return nil
    }

    private static func text(of entry: Entry) -> SafeText {
        switch entry {
        case .undo(let target): "undo: \(target.label) \(target.fault?.definition.done ?? .empty)"
        case .cause(let fault): fault.definition.title
        }
    }

    private static func effect(of entry: Entry) -> SafeText {
        switch entry {
        case .undo(let target): target.fault?.definition.undo ?? .empty
        case .cause(let fault): fault.definition.effect
        }
    }
}
