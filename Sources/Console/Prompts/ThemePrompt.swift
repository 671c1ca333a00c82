import Settings
import TerminalUI

/// `:theme` without a name: the themes there are. The selected one is shown at once; enter keeps it, escape goes back to
/// the one before.
struct ThemePrompt: ConsolePrompt {
    private var list = ListState<String>()
    private let names: [String]

    /// - Parameter current: The theme in use, where the selection begins.
    init(names: [String], current: String) {
        self.names = names
        list.select(current)
        list.update(names, height: names.count)
    }

    var previewedTheme: String? { list.selection }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch (key.code, key.modifiers) {
        case (.escape, []), (.character("q"), []), (.character("c"), .control): return .close
        case (.enter, []): return list.selection.map { .submit(.theme($0)) } ?? .close
        default:
            if let action = data.keys.action(for: key, in: .everywhere) {
                _ = list.handle(action, in: names, height: names.count)
            }
            return .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        var list = list
        let rows = min(names.count, max(1, view.height - 6))
        list.update(names, height: rows)
        let hints = KeyHints(
            [KeyHints.Hint(key: "enter", label: "use"), KeyHints.Hint(key: "esc", label: "back")],
            keyStyle: data.theme[.key]
        )
        let width = max(22, (names.map { SafeText(untrusted: $0).width }.max() ?? 0) + 2)
        // At the right edge: what the theme does to the view is to be seen beside it.
        let columns = min(view.width, width + 6)
        let place = Rect(x: view.right - columns, y: view.y, width: columns, height: view.height)
        let inside = Dialog(title: "Theme", hints: hints, styles: .dialog(data.theme))
            .draw(into: &buffer, in: place, contentSize: Size(width: width, height: rows))
        for (line, index) in names.indices.dropFirst(list.offset).prefix(inside.height).enumerated() {
            let isSelected = index == list.index
            let mark = isSelected ? buffer.glyphs.selection + " " : "  "
            buffer.write(mark + SafeText(untrusted: names[index]), in: inside.row(line))
            if isSelected { buffer.restyle(inside.row(line), with: data.theme[.selection]) }
        }
        return nil
    }
}
