import TerminalUI

/// `/` asks for a filter and applies it while it is typed. Enter keeps the filter; escape restores the previous one.
struct FilterPrompt: ConsolePrompt {
    private var prompt: Prompt
    private let original: String

    init(text: String, history: InputHistory) {
        original = text
        prompt = Prompt(label: "/", text: text, history: history, maximumBytes: 256)
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch prompt.handle(key) {
        case .submitted(let text): .submit(.filter(text))
        case .cancelled: .submit(.filter(original))
        case .edited: .request(.filter(prompt.text))
        case .unchanged, .ignored, .full: .stay
        }
    }

    mutating func insert(_ paste: Paste) { _ = prompt.insert(paste) }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        prompt.draw(into: &buffer, in: line, style: data.theme[.input], labelStyle: data.theme[.key])
    }
}
