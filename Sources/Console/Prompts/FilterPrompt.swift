import TerminalUI

/// `/` asks for a filter and applies it while it is typed, and lists earlier filters. Enter keeps the filter; escape restores the
/// previous one.
struct FilterPrompt: ConsolePrompt {
    private(set) var field: CompletingField
    private let original: String

    /// The maximum number of rows of the list. The rows of the view stay visible below it.
    private static let listRows = 6

    init(text: String, history: InputHistory) {
        original = text
        let earlier = history.entries.reversed()
        field = CompletingField(Prompt(label: "/", text: text, history: history, maximumBytes: 256)) { text, _ in
            CompletionList(earlier.lazy.filter { !$0.utf8.elementsEqual(text.utf8) }, for: text)
        }
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch field.handle(key, data) {
        case .submitted(let text): .submit(.filter(text))
        case .taken(let row): .submit(.filter(row.text))
        case .cancelled: .submit(.filter(original))
        case .edited: .request(.filter(field.text))
        case .unchanged, .isWhole: .stay
        }
    }

    mutating func insert(_ paste: Paste) { field.insert(paste) }

    mutating func refresh(_ data: DashboardData, view: Size) { field.update(data) }

    func hints(_ data: DashboardData) -> [KeyHints.Hint] {
        [
            KeyHints.Hint(key: "enter", label: field.selection == nil ? "keep" : "take"),
            KeyHints.Hint(key: "esc", label: original.isEmpty ? "no filter" : "as before"),
        ] + (field.list.rows.isEmpty ? [] : [KeyHints.Hint(key: "down", label: "earlier filters")])
    }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let cursor = field.prompt.draw(into: &buffer, in: line, style: data.theme[.input], labelStyle: data.theme[.key])
        let width = min(line.width, max(30, (field.list.rows.map(\.label.width).max() ?? 0) + 6))
        let below = Rect(x: line.x, y: line.bottom, width: width, height: min(Self.listRows + 2, view.bottom - line.bottom))
        CompletionPopup(field, title: "Earlier filters", theme: data.theme).drawFramed(into: &buffer, in: below)
        return cursor
    }
}
