/// Rows and columns under a header, of which the least important columns go when room is short.
///
/// Rows are asked for only when they are in view, so a table of 100,000 rows costs no more than one of 50.
///
/// A figure is never cut: its column is as wide as the shortest form of the figures in view, and where that does not fit, the
/// column goes as those of low importance do.
public struct Table: Sendable {
    /// One column.
    public struct Column: Sendable {
        /// The words in the header.
        public var title: SafeText
        /// How wide it wants to be, and how dear it is.
        public var width: Constraint
        /// Where its text and title go.
        public var alignment: Alignment

        /// A column.
        public init(_ title: SafeText, width: Constraint, alignment: Alignment = .left) {
            self.title = title
            self.width = width
            self.alignment = alignment
        }
    }

    /// What one place of the table shows.
    public enum Content: Sendable {
        /// Text, shortened if it does not fit.
        case text(SafeText)
        /// Text in forms of which the first one that fits is shown; the last one is shortened if none does.
        case choice([SafeText])
        /// A figure in forms of which the first one that fits is shown, or nothing: never a part of one.
        case figure([SafeText])
        /// A figure over time.
        case sparkline(Sparkline)
        /// A bar.
        case gauge(Gauge)
    }

    /// One place of the table.
    public struct Item: Sendable {
        /// What it shows.
        public var content: Content
        /// Laid over the style of the row.
        public var style: Style

        /// Something in a style.
        public init(_ content: Content, style: Style = .plain) {
            self.content = content
            self.style = style
        }

        /// Text in a style.
        public static func text(_ text: SafeText, style: Style = .plain) -> Item {
            Item(.text(text), style: style)
        }

        /// A figure, and shorter forms of it for where there is less room.
        public static func figure(_ figure: SafeText, _ shorter: SafeText..., style: Style = .plain) -> Item {
            Item(.figure([figure] + shorter), style: style)
        }

        /// A figure in several forms, the longest first.
        public static func figure(_ forms: [SafeText], style: Style = .plain) -> Item {
            Item(.figure(forms), style: style)
        }
    }

    /// One row.
    public struct Row: Sendable {
        /// One item per column; missing ones are blank.
        public var items: [Item]
        /// Style of the whole row.
        public var style: Style

        /// A row of `items`.
        public init(_ items: [Item], style: Style = .plain) {
            self.items = items
            self.style = style
        }
    }

    /// The column the rows are sorted by.
    public struct Sort: Sendable, Hashable {
        /// Its position among the columns.
        public var column: Int
        /// Largest first.
        public var isDescending: Bool

        /// Sorted by `column`.
        public init(column: Int, isDescending: Bool) {
            self.column = column
            self.isDescending = isDescending
        }
    }

    /// Styles of the parts.
    public struct Styles: Sendable, Hashable {
        /// Of the header.
        public var header: Style
        /// Laid over the selected row.
        public var selection: Style
        /// Of the scroll bar.
        public var scrollbar: Style

        /// Styles of the parts.
        public init(
            header: Style = Style(modifiers: .bold),
            selection: Style = Style(modifiers: .reverse),
            scrollbar: Style = .plain
        ) {
            self.header = header
            self.selection = selection
            self.scrollbar = scrollbar
        }
    }

    /// The columns, from the left.
    public var columns: [Column]
    /// Which column the rows are sorted by; its title gets a mark.
    public var sort: Sort?
    /// Styles of the parts.
    public var styles: Styles
    /// Empty columns between columns.
    public var spacing: Int
    /// Whether its rows are those that a click selects.
    public var marksRows = false
    /// Whether the first row holds the titles; without them there is a row more for the list.
    public var showsHeader: Bool

    /// A table of `columns`.
    public init(columns: [Column], sort: Sort? = nil, styles: Styles = Styles(), spacing: Int = 2, showsHeader: Bool = true) {
        self.columns = columns
        self.sort = sort
        self.styles = styles
        self.spacing = spacing
        self.showsHeader = showsHeader
    }

    /// Draws the header and the rows in view.
    ///
    /// The first two columns hold the mark of the selected row; the last one the scroll bar, if not all rows fit.
    /// - Parameters:
    ///   - rowCount: How many rows there are.
    ///   - offset: The first row in view.
    ///   - selected: The selected row; nil for none.
    ///   - row: The row at a position below `rowCount`.
    public func draw(
        into buffer: inout CellBuffer,
        in rect: Rect,
        rowCount: Int,
        offset: Int = 0,
        selected: Int? = nil,
        row: (Int) -> Row
    ) {
        guard !rect.isEmpty else { return }
        let view = rect.droppingTop(showsHeader ? 1 : 0)
        let offset = max(0, offset)
        let scrolls = rowCount > view.height && !view.isEmpty && rect.width > 4
        let columnArea = Rect(x: rect.x + 2, y: rect.y, width: rect.width - 2 - (scrolls ? 2 : 0), height: rect.height)
        let rows = (0..<max(0, min(view.height, rowCount - offset))).map { row(offset + $0) }
        let parts = Layout(.horizontal, spacing: spacing, constraints(rows)).split(columnArea)
        if showsHeader { drawHeader(into: &buffer, parts: parts, in: rect.row(0)) }
        for (line, row) in rows.enumerated() {
            let position = offset + line
            let place = view.row(line)
            if marksRows { buffer.mark(place, as: .row(position)) }
            if row.style != .plain { buffer.restyle(place, with: row.style) }
            for (item, part) in zip(row.items, zip(parts, columns)) where !part.0.isEmpty {
                let cell = Rect(x: part.0.x, y: place.y, width: part.0.width, height: 1)
                draw(item, alignment: part.1.alignment, into: &buffer, in: cell)
            }
            if position == selected {
                buffer.write(buffer.glyphs.selection, in: Rect(x: place.x, y: place.y, width: min(1, place.width), height: 1))
                buffer.restyle(place, with: styles.selection)
            }
        }
        if scrolls {
            let bar = Rect(x: rect.right - 1, y: view.y, width: 1, height: view.height)
            Scrollbar(count: rowCount, offset: offset, height: view.height).draw(into: &buffer, in: bar, style: styles.scrollbar)
        }
    }

    /// What the columns ask for, with room for the figures in view.
    private func constraints(_ rows: [Row]) -> [Constraint] {
        columns.enumerated().map { index, column in
            var (minimum, ideal) = (0, 0)
            for row in rows where index < row.items.count {
                guard case .figure(let forms) = row.items[index].content else { continue }
                minimum = max(minimum, forms.map(\.width).min() ?? 0)
                ideal = max(ideal, forms.first?.width ?? 0)
            }
            return minimum == 0 ? column.width : column.width.widened(minimum: minimum, ideal: ideal)
        }
    }

    private func drawHeader(into buffer: inout CellBuffer, parts: [Rect], in rect: Rect) {
        buffer.restyle(rect, with: styles.header)
        for (index, (column, part)) in zip(columns, parts).enumerated() where !part.isEmpty {
            var title = column.title
            if let sort, sort.column == index {
                let mark = sort.isDescending ? buffer.glyphs.descending : buffer.glyphs.ascending
                // The mark matters more than the last letter of the title.
                title = title.truncated(to: part.width - 1) + mark
            }
            buffer.write(title, in: part.row(0), style: styles.header, alignment: column.alignment)
        }
    }

    private func draw(_ item: Item, alignment: Alignment, into buffer: inout CellBuffer, in rect: Rect) {
        switch item.content {
        case .text(let text): buffer.write(text, in: rect, style: item.style, alignment: alignment)
        case .choice(let forms):
            guard let form = forms.first(where: { $0.width <= rect.width }) ?? forms.last else { return }
            buffer.write(form, in: rect, style: item.style, alignment: alignment)
        case .figure(let forms):
            guard let form = forms.first(where: { $0.width <= rect.width }) else { return }
            buffer.write(form, in: rect, style: item.style, alignment: alignment)
        case .sparkline(let sparkline): sparkline.draw(into: &buffer, in: rect, style: item.style)
        case .gauge(let gauge): gauge.draw(into: &buffer, in: rect)
        }
    }
}

/// A bar that shows which part of a list is in view.
public struct Scrollbar: Sendable, Hashable {
    private let count: Int
    private let offset: Int
    private let height: Int

    /// A bar for `count` rows, of which `height` are in view from `offset`.
    public init(count: Int, offset: Int, height: Int) {
        self.count = max(0, count)
        self.offset = max(0, offset)
        self.height = max(0, height)
    }

    /// Draws the bar in the first column of `rect`; nothing if all rows are in view.
    public func draw(into buffer: inout CellBuffer, in rect: Rect, style: Style = .plain) {
        guard !rect.isEmpty, count > height else { return }
        let thumb = min(rect.height, max(1, rect.height * height / count))
        let last = count - height
        let start = min(rect.height - thumb, min(offset, last) * (rect.height - thumb) / last)
        for y in start..<start + thumb {
            buffer.put(buffer.glyphs.scrollThumb, at: Point(x: rect.x, y: rect.y + y), style: style)
        }
    }
}
