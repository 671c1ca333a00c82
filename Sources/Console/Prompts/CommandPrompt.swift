import TerminalUI

/// `:` asks for a command. Tab completes it.
struct CommandPrompt: ConsolePrompt {
    private var prompt: Prompt
    /// The theme that the line names, if it exists.
    private(set) var previewedTheme: String?

    init(history: InputHistory) {
        prompt = Prompt(label: ":", history: history)
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        let outcome = prompt.handle(key, completions: { Command.completions(of: $0, data) })
        previewedTheme = Command.previewedTheme(by: prompt.text, data)
        switch outcome {
        case .submitted(let text): return .submit(.command(text))
        case .cancelled: return .close
        case .edited, .unchanged, .ignored, .full: return .stay
        }
    }

    mutating func insert(_ paste: Paste) { _ = prompt.insert(paste) }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let cursor = prompt.draw(into: &buffer, in: line, style: data.theme[.input], labelStyle: data.theme[.key])
        let hint = Command.hint(for: prompt.text, data)
        let space = Rect(x: line.right - hint.width - 1, y: line.y, width: hint.width, height: 1)
        if let cursor, cursor.x + 2 < space.x {
            buffer.write(hint, in: space, style: data.theme[.input].overlaid(with: data.theme[.muted]))
        }
        return cursor
    }
}
