import Settings
import TerminalUI

/// `K` in the demo: its servers, to stop one and see what happens.
struct DemoNodePrompt: ConsolePrompt {
    private var list = ListState<String>()

    /// - Parameter selected: The server to begin with.
    init(selected: String?) {
        if let selected { list.select(selected) }
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        let nodes = data.demoNodes?.nodes ?? []
        let names = nodes.map(\.name)
        list.update(names, height: names.count)
        let node = list.index.flatMap { nodes.indices.contains($0) ? nodes[$0] : nil }
        switch (key.code, key.modifiers) {
        case (.escape, []), (.character("q"), []), (.character("c"), .control): return .close
        case (.enter, []):
            return node.map { .submit(.demo($0.state == .stopped ? .start : .stop, node: $0.name)) } ?? .close
        case (.character("f"), []):
            // A server that does not run can neither hang nor go on.
            guard let node, node.state != .stopped else { return .stay }
            return .submit(.demo(node.state == .frozen ? .thaw : .freeze, node: node.name))
        default:
            if let action = data.keys.action(for: key, in: .everywhere) {
                _ = list.handle(action, in: names, height: names.count)
            }
            return .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let nodes = data.demoNodes?.nodes ?? []
        var list = list
        let rows = min(nodes.count, max(1, view.height - 6))
        list.update(nodes.map(\.name), height: rows)
        let state = list.index.flatMap { nodes.indices.contains($0) ? nodes[$0].state : nil }
        let hints = KeyHints(
            [
                KeyHints.Hint(key: "enter", label: state == .stopped ? "start" : "kill -9"),
                KeyHints.Hint(key: "f", label: state == .frozen ? "continue" : "freeze"),
                KeyHints.Hint(key: "esc", label: "back"),
            ],
            keyStyle: data.theme[.key]
        )
        let texts = DemoNode.texts(nodes, buffer.glyphs)
        let width = (texts.map(\.width).max() ?? 0) + 2
        let inside = Dialog(title: "Nodes of the demo", hints: hints, styles: .dialog(data.theme))
            .draw(into: &buffer, in: view, contentSize: Size(width: width, height: rows))
        for (line, index) in nodes.indices.dropFirst(list.offset).prefix(inside.height).enumerated() {
            let isSelected = index == list.index
            let mark = isSelected ? buffer.glyphs.selection + " " : "  "
            buffer.write(mark + texts[index], in: inside.row(line))
            if isSelected { buffer.restyle(inside.row(line), with: data.theme[.selection]) }
        }
        return nil
    }
}

extension DemoNode {
    /// The servers in columns: state, name, address.
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
