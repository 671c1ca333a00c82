import Settings
import TerminalUI

/// What is known about one thing, as labels with values, in rows of at most so many columns.
struct DetailText {
    /// Columns of the labels.
    private static let labelWidth = 13

    private let width: Int
    private(set) var lines: [StyledLine] = []

    init(width: Int) {
        self.width = max(2, width)
    }

    /// What it is about.
    mutating func title(_ text: SafeText, _ role: ThemeRole = .title) {
        lines += StyledLine(text, role).wrapped(at: width)
    }

    /// A label with its value, which goes on below itself if it is long.
    mutating func add(_ label: SafeText, _ value: SafeText, _ role: ThemeRole = .text) {
        let indent = min(Self.labelWidth, width / 2)
        let rows = value.wrapped(at: max(2, width - indent), by: .words).lines
        for (index, row) in rows.enumerated() {
            let shown = index == 0 ? label.truncated(to: indent - 1) : .empty
            var line = StyledLine(shown + SafeText(repeating: " ", count: indent - shown.width), .muted)
            line.append(row, role)
            lines.append(line)
        }
    }

    /// A sentence of its own.
    mutating func note(_ text: SafeText, _ role: ThemeRole = .muted) {
        lines += text.wrapped(at: width, by: .words).lines.map { StyledLine($0, role) }
    }

    /// Rows that are laid out already.
    mutating func add(_ rows: some Sequence<StyledLine>) {
        lines += rows
    }

    mutating func blank() {
        lines.append(StyledLine())
    }
}
