import TerminalUI

/// `:` asks for a command, and lists the commands and arguments that complete the line.
struct CommandPrompt: ConsolePrompt {
    private(set) var field: CompletingField
    /// The theme that the line names, if it exists.
    private(set) var previewedTheme: String?

    /// The maximum number of rows of the list.
    private static let listRows = 16

    init(history: InputHistory) {
        field = CompletingField(Prompt(label: ":", history: history)) { Command.completions(of: $0, $1) }
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        let outcome = field.handle(key, data)
        previewedTheme = Command.previewedTheme(by: field.selectedRow?.text ?? field.text, data)
        switch outcome {
        case .submitted(let text): return .submit(.command(text))
        case .taken(let row):
            if row.isComplete { return .submit(.command(row.text)) }
            field.replace(with: row.text + " ")
            field.update(data)
        case .cancelled: return .close
        case .isWhole: if Command.needsArguments(after: field.text) { field.replace(with: field.text + " ") }
        case .edited, .unchanged: break
        }
        return .stay
    }

    mutating func insert(_ paste: Paste) { field.insert(paste) }

    mutating func refresh(_ data: DashboardData, view: Size) { field.update(data) }

    func hints(_ data: DashboardData) -> [KeyHints.Hint] {
        let takes = field.selectedRow.map { !$0.isComplete } ?? false
        return [
            KeyHints.Hint(key: "enter", label: takes ? "take" : "run"), KeyHints.Hint(key: "tab", label: "complete"),
            KeyHints.Hint(key: "down", label: "list"), KeyHints.Hint(key: "up", label: "earlier"),
            KeyHints.Hint(key: "esc", label: "back"),
        ]
    }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let cursor = field.prompt.draw(into: &buffer, in: line, style: data.theme[.input], labelStyle: data.theme[.key])
        // On a narrow screen the list has no space for what a command does.
        let hint = field.selectedRow?.details.first?.text ?? Command.hint(for: field.text, data)
        let space = Rect(x: line.right - hint.width - 1, y: line.y, width: hint.width, height: 1)
        if let cursor, cursor.x + 2 < space.x {
            buffer.write(hint, in: space, style: data.theme[.input].overlaid(with: data.theme[.muted]))
        }
        let below = Rect(x: line.x, y: line.bottom, width: line.width, height: min(Self.listRows + 2, view.bottom - line.bottom))
        CompletionPopup(field, title: Command.arguments(of: field.text) ?? "Commands", theme: data.theme)
            .drawFramed(into: &buffer, in: below)
        return cursor
    }
}
