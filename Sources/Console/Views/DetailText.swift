import Settings
import TerminalUI

/// Details as labels with values, in rows of limited width.
struct DetailText {
    /// The width of the labels in columns.
    private static let labelWidth = 13

    private let width: Int
    private(set) var lines: [StyledLine] = []

    init(width: Int) {
        self.width = max(2, width)
    }

    mutating func title(_ text: SafeText, _ role: ThemeRole = .title) {
        lines += StyledLine(text, role).wrapped(at: width)
    }

    /// Adds a label with its value. A long value is wrapped.
    /// - Parameter jump: What enter opens.
    mutating func add(_ label: SafeText, _ value: SafeText, _ role: ThemeRole = .text, jump: Jump? = nil) {
        let value = jump == nil ? value : value + " ›"
        let indent = min(Self.labelWidth, width / 2)
        let rows = value.wrapped(at: max(2, width - indent), by: .words).lines
        for (index, row) in rows.enumerated() {
            let shown = index == 0 ? label.truncated(to: indent - 1) : .empty
            var line = StyledLine(shown + SafeText(repeating: " ", count: indent - shown.width), .muted)
            line.append(row, role)
            if index == 0 { line.jump = jump }
            lines.append(line)
        }
    }

    /// Adds a sentence without a label.
    mutating func note(_ text: SafeText, _ role: ThemeRole = .muted) {
        lines += text.wrapped(at: width, by: .words).lines.map { StyledLine($0, role) }
    }

    /// Adds rows that are already laid out.
    mutating func add(_ rows: some Sequence<StyledLine>) {
        lines += rows
    }

    mutating func blank() {
        lines.append(StyledLine())
    }
}
