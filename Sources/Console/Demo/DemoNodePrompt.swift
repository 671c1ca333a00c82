import Settings
import TerminalUI

/// `K` in the demo: the list of its servers, to stop and start them.
struct DemoNodePrompt: ConsolePrompt {
    private var list: PickList<String>

    /// - Parameter selected: The server that is selected first.
    init(selected: String?) {
        list = PickList(selected: selected)
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        let nodes = data.demoNodes?.nodes ?? []
        let names = nodes.map(\.name)
        list.update(names)
        let node = nodes.first { $0.name == list.selection }
        if key == .character("f") {
            // A stopped server can be neither frozen nor resumed.
            guard let node, node.state != .stopped else { return .stay }
            return .submit(.demo(node.state == .frozen ? .thaw : .freeze, node: node.name))
        }
        return switch list.handle(key, in: names, data) {
        case .chosen(let name): .submit(.demo(node?.state == .stopped ? .start : .stop, node: name))
        case .cancelled: .close
        case .stays: .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let nodes = data.demoNodes?.nodes ?? []
        var list = list
        list.update(nodes.map(\.name))
        let state = nodes.first { $0.name == list.selection }?.state
        let texts = DemoNode.texts(nodes, buffer.glyphs)
        list.draw(
            zip(nodes, texts).map { ($0.name, $1) },
            title: "Nodes of the demo",
            hints: [
                KeyHints.Hint(key: "enter", label: state == .stopped ? "start" : "kill -9"),
                KeyHints.Hint(key: "f", label: state == .frozen ? "resume" : "freeze"),
                KeyHints.Hint(key: "esc", label: "back"),
            ],
            theme: data.theme,
            into: &buffer,
            in: view
        )
        return nil
    }
}

extension DemoNode {
    /// Returns the servers in columns: state, name, address.
    fileprivate static func texts(_ nodes: [DemoNode], _ glyphs: GlyphSet) -> [SafeText] {
        let names = nodes.map { SafeText(untrusted: $0.name) }
        let width = names.map(\.width).max() ?? 0
        return zip(nodes, names).map { node, name in
            let padding = SafeText(repeating: " ", count: width - name.width)
            return "\(node.mark(glyphs)) \(name)\(padding)  \(untrusted: node.address)  \(untrusted: node.state.rawValue)"
        }
    }

    private func mark(_ glyphs: GlyphSet) -> SafeText {
        switch state {
        case .running: glyphs.full
        case .frozen: glyphs.half
        case .stopped: glyphs.hollow
        }
    }
}
