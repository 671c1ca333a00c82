import Settings
import TerminalUI

/// A row of text with several styles.
struct StyledLine: Sendable, Hashable {
    /// A part of the text with one style.
    struct Span: Sendable, Hashable {
        let text: SafeText
        let role: ThemeRole
    }

    private(set) var spans: [Span]
    /// What enter opens in a detail pane; nil for nothing.
    var jump: Jump?

    init(_ spans: [Span] = []) {
        self.spans = spans
    }

    init(_ text: SafeText, _ role: ThemeRole = .text) {
        spans = [Span(text: text, role: role)]
    }

    mutating func append(_ text: SafeText, _ role: ThemeRole) {
        spans.append(Span(text: text, role: role))
    }

    /// The width in columns.
    var width: Int { spans.reduce(0) { $0 + $1.text.width } }

    /// Draws the line without its first `columns`. Text that does not fit is cut.
    /// - Parameter marksCut: Whether an ellipsis marks the cut.
    func draw(
        into buffer: inout CellBuffer,
        in rect: Rect,
        theme: Theme,
        skipping columns: Int = 0,
        marksCut: Bool = false
    ) {
        guard !rect.isEmpty else { return }
        if marksCut, width - columns > rect.width {
            // A figure is never cut.
            let kept = max(0, text.columnsBeforeFigure(at: columns + rect.width - 1) - columns)
            let room = Rect(x: rect.x, y: rect.y, width: min(kept, rect.width - 1), height: 1)
            buffer.write("…", at: Point(x: room.right, y: rect.y), style: theme[.muted], clip: rect)
            return draw(into: &buffer, in: room, theme: theme, skipping: columns)
        }
        var x = rect.x - columns
        for span in spans {
            // The text style of a theme has a background, which would hide the selection.
            let style = span.role == .text ? Style.plain : theme[span.role]
            buffer.write(span.text, at: Point(x: x, y: rect.y), style: style, clip: rect)
            x += span.text.width
        }
    }

    /// Returns the line in rows of at most `width` columns.
    func wrapped(at width: Int) -> [StyledLine] {
        guard self.width > width else { return [self] }
        let width = max(2, width)
        var rows: [StyledLine] = []
        var row = StyledLine()
        var room = width
        for span in spans {
            // Takes the text that fits into the current row, then wraps the rest at once. This visits each character a constant
            // number of times.
            let head = span.text.columnsInRange(0..<min(room, span.text.width))
            if !head.isEmpty {
                row.append(head, span.role)
                room -= head.width
            }
            let rest = span.text.columnsInRange(head.width..<span.text.width)
            guard !rest.isEmpty else { continue }
            for piece in rest.wrapped(at: width).lines {
                if !row.spans.isEmpty { rows.append(row) }
                (row, room) = (StyledLine(piece, span.role), width - piece.width)
            }
        }
        if !row.spans.isEmpty { rows.append(row) }
        return rows
    }

    /// The text of all spans.
    var text: SafeText { spans.map(\.text).joined() }
}
