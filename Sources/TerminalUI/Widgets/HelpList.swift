/// The content of a help screen: keys and their actions, in sections. The sections fill as many columns as fit.
public struct HelpList: Sendable {
    /// A group of related keys.
    public struct Section: Sendable, Hashable {
        /// The title of the section.
        public var title: SafeText
        /// The keys and their actions.
        public var hints: [KeyHints.Hint]

        /// Creates a section.
        public init(_ title: SafeText, _ hints: [KeyHints.Hint]) {
            self.title = title
            self.hints = hints
        }
    }

    /// The sections, in reading order.
    public var sections: [Section]
    /// The style of section titles.
    public var titleStyle: Style
    /// The style of the keys.
    public var keyStyle: Style

    /// Creates a help screen.
    public init(
        _ sections: [Section],
        titleStyle: Style = Style(modifiers: .bold),
        keyStyle: Style = Style(modifiers: .bold)
    ) {
        self.sections = sections
        self.titleStyle = titleStyle
        self.keyStyle = keyStyle
    }

    /// Returns the entries whose key or label contains `needle`, ignoring case. Sections without such entries are left out.
    public func filtered(by needle: String) -> HelpList {
        guard !needle.isEmpty else { return self }
        var result = self
        result.sections = sections.compactMap { section in
            let hints = section.hints.filter { hint in
                !hint.label.columns(matching: needle).isEmpty || !hint.key.columns(matching: needle).isEmpty
            }
            return hints.isEmpty ? nil : Section(section.title, hints)
        }
        return result
    }

    // MARK: Layout

    /// A row of a column.
    private enum Row {
        case title(SafeText)
        case hint(KeyHints.Hint)
        case blank
    }

    private struct Column {
        var rows: [(row: Row, keyWidth: Int)] = []

        var width: Int {
            rows.map { item in
                switch item.row {
                case .title(let title): title.width
                case .hint(let hint): 4 + item.keyWidth + hint.label.width
                case .blank: 0
                }
            }.max() ?? 0
        }
    }

    /// The number of columns between two columns of the list.
    private static let gap = 3

    /// Returns the columns for a width: as many as fit, as short as possible.
    private func columns(width: Int) -> [Column] {
        for count in stride(from: 6, to: 1, by: -1) {
            let columns = columns(count: count)
            let needed = columns.reduce((columns.count - 1) * Self.gap) { $0 + $1.width }
            if columns.count == count, needed <= width { return columns }
        }
        return columns(count: 1)
    }

    /// Divides the rows into columns of about the same height. A title is never the last row of a column.
    private func columns(count: Int) -> [Column] {
        let total = sections.reduce(max(0, sections.count - 1)) { $0 + 1 + $1.hints.count }
        var height = max(2, (total + count - 1) / count)
        while true {
            let columns = columns(height: height)
            if columns.count <= count { return columns }
            height += 1
        }
    }

    private func columns(height: Int) -> [Column] {
        var columns = [Column()]
        var room: Int { height - columns[columns.count - 1].rows.count }
        for section in sections {
            // The labels of a section are aligned.
            let keyWidth = section.hints.map(\.key.width).max() ?? 0
            func add(_ row: Row) { columns[columns.count - 1].rows.append((row, keyWidth)) }
            if room < 3, room < height { columns.append(Column()) }
            if room < height { add(.blank) }
            add(.title(section.title))
            for hint in section.hints {
                if room < 1 { columns.append(Column()) }
                add(.hint(hint))
            }
        }
        return columns
    }

    // MARK: Drawing

    /// Returns the number of rows at a width, for scrolling.
    public func rowCount(width: Int) -> Int {
        columns(width: width).map(\.rows.count).max() ?? 0
    }

    /// Draws the rows from `offset` on, as many as fit in `rect`.
    public func draw(into buffer: inout CellBuffer, in rect: Rect, offset: Int = 0) {
        let columns = columns(width: rect.width)
        let needed = columns.reduce(0) { $0 + $1.width }
        // Free space goes between the columns.
        let gap = columns.count < 2 ? 0 : min(8, (rect.width - needed) / (columns.count - 1))
        var x = rect.x
        for column in columns {
            for (line, item) in column.rows.dropFirst(max(0, offset)).prefix(rect.height).enumerated() {
                let place = Rect(x: x, y: rect.y + line, width: min(column.width, rect.right - x), height: 1)
                switch item.row {
                case .blank: break
                case .title(let title): buffer.write(title, in: place, style: titleStyle)
                case .hint(let hint):
                    let indent = item.keyWidth + 4
                    buffer.write(hint.key, in: Rect(x: x + 2, y: place.y, width: place.width - 2, height: 1), style: keyStyle)
                    buffer.write(hint.label, in: Rect(x: x + indent, y: place.y, width: place.width - indent, height: 1))
                }
            }
            x += column.width + gap
        }
    }
}
