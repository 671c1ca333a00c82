import Settings
import TerminalUI

/// The contents of a ``TextPrompt``.
protocol PromptText: Sendable {
    /// What the lines depend on.
    associatedtype Version: Sendable, Equatable

    static var title: SafeText { get }
    static func version(_ data: DashboardData) -> Version
    /// - Parameter width: The maximum width of a line in columns.
    static func lines(_ data: DashboardData, width: Int) -> [StyledLine]
}

/// Shows lines over the view as long as it is open.
struct TextPrompt<Text: PromptText>: ConsolePrompt {
    private var scroll = ScrollState()
    /// Made again when what they depend on changes, since there can be thousands.
    private var lines: [StyledLine] = []
    private var made: (version: Text.Version, width: Int)?

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch data.keys.action(for: key, in: .everywhere) {
        case .back, .quit: return .close
        case let action?: _ = scroll.handle(action, count: lines.count, height: 10)
        case nil: break
        }
        return .stay
    }

    mutating func insert(_ paste: Paste) {}

    mutating func refresh(_ data: DashboardData, view: Size) {
        let inside = Size(width: max(2, view.width - 4), height: max(0, view.height - 2))
        let version = Text.version(data)
        if made?.version != version || made?.width != inside.width {
            lines = Text.lines(data, width: inside.width)
            made = (version, inside.width)
        }
        scroll.update(count: lines.count, height: inside.height)
    }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        buffer.clear(view, style: data.theme[.text])
        let inside = buffer.drawBox(
            view,
            title: Text.title,
            note: "\(data.keys.key(for: .back) ?? "") back",
            style: data.theme[.focusedBorder],
            titleStyle: data.theme[.title]
        ).inset(horizontal: 1)
        for (index, line) in lines.dropFirst(scroll.offset).prefix(inside.height).enumerated() {
            line.draw(into: &buffer, in: inside.row(index), theme: data.theme)
        }
        return nil
    }
}
