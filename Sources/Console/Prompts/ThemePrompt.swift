import TerminalUI

/// `:theme` without a name opens the list of themes. The selected theme is previewed. Enter uses it; escape restores the previous
/// theme.
struct ThemePrompt: ConsolePrompt {
    private var list: PickList<String>
    private let names: [String]

    /// - Parameter current: The theme in use, which is selected first.
    init(names: [String], current: String) {
        self.names = names
        list = PickList(selected: current)
        list.update(names)
    }

    var previewedTheme: String? { list.selection }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch list.handle(key, in: names, data) {
        case .chosen(let name): .submit(.theme(name))
        case .cancelled: .close
        case .stays: .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let entries = names.map { (id: $0, text: SafeText(untrusted: $0)) }
        let least = 22
        let width = max(least, (entries.map(\.text.width).max() ?? 0) + 2)
        // The list is at the right edge, so that the view in the new theme is visible beside it.
        let columns = min(view.width, width + 6)
        list.draw(
            entries,
            title: "Theme",
            hints: [KeyHints.Hint(key: "enter", label: "use"), KeyHints.Hint(key: "esc", label: "back")],
            minimumWidth: least,
            theme: data.theme,
            into: &buffer,
            in: Rect(x: view.right - columns, y: view.y, width: columns, height: view.height)
        )
        return nil
    }
}
