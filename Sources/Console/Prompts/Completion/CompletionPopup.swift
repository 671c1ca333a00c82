import Settings
import TerminalUI

/// Draws the list of a ``CompletingField`` below its field.
struct CompletionPopup {
    private let field: CompletingField
    private let title: SafeText
    private let theme: Theme

    init(_ field: CompletingField, title: SafeText, theme: Theme) {
        self.field = field
        self.title = title
        self.theme = theme
    }

    /// Draws the list with a frame over the top of `rect`, with as many rows as there are.
    func drawFramed(into buffer: inout CellBuffer, in rect: Rect) {
        guard !field.list.rows.isEmpty, !rect.isEmpty else { return }
        let hasFrame = rect.height >= 4 && rect.width >= 24
        let height = min(rect.height, field.list.rows.count + (hasFrame ? 2 : 0))
        let box = Rect(x: rect.x, y: rect.y, width: rect.width, height: height)
        buffer.clear(box, style: theme[.text])
        guard hasFrame else { return draw(into: &buffer, in: box) }
        let inside = buffer.drawBox(
            box,
            title: title,
            note: note,
            style: theme[.focusedBorder],
            titleStyle: theme[.title]
        )
        draw(into: &buffer, in: Rect(x: inside.x, y: inside.y, width: inside.width - 1, height: inside.height))
    }

    /// How many texts match, if there are more than rows.
    private var note: SafeText {
        let list = field.list
        return list.count > list.rows.count ? "best \(list.rows.count) of \(list.count)" : "\(list.count)"
    }

    /// Draws the rows without a frame.
    func draw(into buffer: inout CellBuffer, in rect: Rect) {
        let rows = field.list.rows
        guard !rect.isEmpty, !rows.isEmpty else { return }
        let offset = max(0, min((field.selection ?? 0) - rect.height / 2, rows.count - rect.height))
        let scrolls = rows.count > rect.height && rect.width > 4
        let area = Rect(x: rect.x + 2, y: rect.y, width: rect.width - 2 - (scrolls ? 2 : 0), height: rect.height)
        let parts = Layout(.horizontal, spacing: 2, constraints(rows)).split(area)
        for (line, index) in rows.indices.dropFirst(offset).prefix(rect.height).enumerated() {
            let row = rows[index]
            let place = rect.row(line)
            func part(_ number: Int) -> Rect { Rect(x: parts[number].x, y: place.y, width: parts[number].width, height: 1) }
            let used = buffer.write(row.label, in: part(0))
            // The last column of a label that is cut has the mark of the cut.
            let shown = row.label.width > part(0).width ? used - 1 : used
            for columns in row.marks {
                let marked = columns.clamped(to: 0..<max(0, shown))
                let mark = Rect(x: part(0).x + marked.lowerBound, y: place.y, width: marked.count, height: 1)
                buffer.restyle(mark, with: theme[.key])
            }
            for (number, detail) in row.details.enumerated() where number + 1 < parts.count && !parts[number + 1].isEmpty {
                let alignment = field.list.columns[number].alignment
                buffer.write(detail.text, in: part(number + 1), style: theme[detail.role], alignment: alignment)
            }
            guard index == field.selection else { continue }
            buffer.write(buffer.glyphs.selection, in: Rect(x: place.x, y: place.y, width: 1, height: 1))
            buffer.restyle(place, with: theme[.selection])
        }
        guard scrolls else { return }
        let bar = Rect(x: rect.right - 1, y: rect.y, width: 1, height: rect.height)
        Scrollbar(count: rows.count, offset: offset, height: rect.height).draw(into: &buffer, in: bar, style: theme[.border])
    }

    /// Returns the widths of the labels and of the details.
    private func constraints(_ rows: [CompletionRow]) -> [Constraint] {
        let columns = field.list.columns
        let label = rows.map(\.label.width).max() ?? 0
        let details = columns.enumerated().map { number, column in
            let width = rows.map { number < $0.details.count ? $0.details[number].text.width : 0 }.max() ?? 0
            return column.fills
                ? Constraint.fill(minimum: min(width, 24), importance: column.importance)
                : Constraint.fixed(width, importance: column.importance)
        }
        let labels: Constraint =
            columns.contains(where: \.fills) ? .flexible(minimum: min(label, 12), ideal: label) : .fill(minimum: min(label, 16))
        return [labels] + details
    }
}
