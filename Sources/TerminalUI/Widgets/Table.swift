/// A table with a header. If space is short, the least important columns are dropped.
///
/// Only visible rows are requested, so a table of 100,000 rows costs no more than one of 50.
///
/// A figure is never cut. Its column is at least as wide as the shortest forms of the visible figures. A column that does not fit
/// is dropped, the least important first.
public struct Table: Sendable {
    /// A column of the table.
    public struct Column: Sendable {
        /// The title in the header.
        public var title: SafeText
        /// The width of the column, and its importance.
        public var width: Constraint
        /// The alignment of the text and the title.
        public var alignment: Alignment

        /// Creates a column.
        public init(_ title: SafeText, width: Constraint, alignment: Alignment = .left) {
            self.title = title
            self.width = width
            self.alignment = alignment
        }
    }

    /// The content of an item.
    public enum Content: Sendable {
        /// Text, shortened if it does not fit.
        case text(SafeText)
        /// Text in several forms. The first form that fits is shown. If none fits, the last one is shortened.
        case choice([SafeText])
        /// A figure in several forms. The first form that fits is shown. If none fits, nothing is shown, never a part.
        case figure([SafeText])
        /// A figure over time.
        case sparkline(Sparkline)
        /// A bar.
        case gauge(Gauge)
        /// A figure, and a bar behind it if there is space.
        case meter(SafeText, Gauge)
    }

    /// One row and column of the table.
    public struct Item: Sendable {
        /// The content.
        public var content: Content
        /// The style on top of the style of the row.
        public var style: Style

        /// Creates an item.
        public init(_ content: Content, style: Style = .plain) {
            self.content = content
            self.style = style
        }

        /// Creates an item with text.
        public static func text(_ text: SafeText, style: Style = .plain) -> Item {
            Item(.text(text), style: style)
        }

        /// Creates an item with a figure, and shorter forms of it that are used if space is short.
        public static func figure(_ figure: SafeText, _ shorter: SafeText..., style: Style = .plain) -> Item {
            Item(.figure([figure] + shorter), style: style)
        }

        /// Creates an item with a figure in several forms, the longest first.
        public static func figure(_ forms: [SafeText], style: Style = .plain) -> Item {
            Item(.figure(forms), style: style)
        }
    }

    /// A row of the table.
    public struct Row: Sendable {
        /// One item per column. Missing items are blank.
        public var items: [Item]
        /// The style of the whole row.
        public var style: Style

        /// Creates a row.
        public init(_ items: [Item], style: Style = .plain) {
            self.items = items
            self.style = style
        }
    }

    /// The order of the rows.
    public struct Sort: Sendable, Hashable {
        /// The index of the column by which the rows are sorted.
        public var column: Int
        /// Whether the largest value comes first.
        public var isDescending: Bool

        /// Creates an order.
        public init(column: Int, isDescending: Bool) {
            self.column = column
            self.isDescending = isDescending
        }
    }

    /// The styles of the parts.
    public struct Styles: Sendable, Hashable {
        /// The style of the header.
        public var header: Style
        /// The style on top of the selected row.
        public var selection: Style
        /// The style of the scroll bar.
        public var scrollbar: Style

        /// The styles of the parts.
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

    /// The columns, from left to right.
    public var columns: [Column]
    /// The order of the rows. The title of the sorted column has a mark.
    public var sort: Sort?
    /// The styles of the parts.
    public var styles: Styles
    /// The number of empty cells between columns.
    public var spacing: Int
    /// Whether a click selects a row of this table.
    public var marksRows = false
    /// Whether the first row shows the titles. Without them, one more row is visible.
    public var showsHeader: Bool

    /// Creates a table.
    public init(columns: [Column], sort: Sort? = nil, styles: Styles = Styles(), spacing: Int = 2, showsHeader: Bool = true) {
        self.columns = columns
        self.sort = sort
        self.styles = styles
        self.spacing = spacing
        self.showsHeader = showsHeader
    }

    /// Draws the header and the visible rows.
    ///
    /// The first two cells of a row hold the mark of the selected row. The last one holds the scroll bar if not all rows fit.
    /// - Parameters:
    ///   - rowCount: The number of rows.
    ///   - offset: The first visible row.
    ///   - selected: The selected row; nil for none.
    ///   - row: Returns the row at an index below `rowCount`.
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
        let rows = (0..<max(0, min(view.height, rowCount - offset))).map { row(offset + $0) }
        let parts = parts(in: rect, scrolls: scrolls, rows)
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

    /// Returns the widths of the columns in an area.
    /// - Parameters:
    ///   - width: The width of the area.
    ///   - scrolls: Whether the scroll bar needs space.
    ///   - rows: The rows whose figures need space.
    public func columnWidths(in width: Int, scrolls: Bool, rows: [Row]) -> [Int] {
        parts(in: Rect(Size(width: width, height: 1)), scrolls: scrolls, rows).map(\.width)
    }

    private func parts(in rect: Rect, scrolls: Bool, _ rows: [Row]) -> [Rect] {
        let area = Rect(x: rect.x + 2, y: rect.y, width: rect.width - 2 - (scrolls ? 2 : 0), height: rect.height)
        return Layout(.horizontal, spacing: spacing, constraints(rows)).split(area)
    }

    /// Returns the constraints of the columns, with space for the visible figures.
    private func constraints(_ rows: [Row]) -> [Constraint] {
        columns.enumerated().map { index, column in
            var (minimum, ideal) = (0, 0)
            for row in rows where index < row.items.count {
                switch row.items[index].content {
                case .figure(let forms):
                    minimum = max(minimum, forms.map(\.width).min() ?? 0)
                    ideal = max(ideal, forms.first?.width ?? 0)
                case .meter(let figure, _): (minimum, ideal) = (max(minimum, figure.width), max(ideal, figure.width))
                case .text, .choice, .sparkline, .gauge: continue
                }
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
                // Shorten the title rather than drop the mark.
                title = title.truncated(to: part.width - 1) + mark
            }
            buffer.write(title, in: part.row(0), style: styles.header, alignment: column.alignment)
        }
    }

    /// The columns of the longest figure before a bar: `100 %`.
    private static let meterFigureWidth = 5

    private func drawMeter(
        _ figure: SafeText,
        _ gauge: Gauge,
        style: Style,
        into buffer: inout CellBuffer,
        in rect: Rect
    ) {
        let width = min(rect.width, max(Self.meterFigureWidth, figure.width))
        let place = Rect(x: rect.x, y: rect.y, width: width, height: 1)
        buffer.write(figure, in: place, style: style, alignment: .right)
        let bar = Rect(x: place.right + 1, y: rect.y, width: rect.width - width - 1, height: 1)
        if bar.width >= 2 { gauge.draw(into: &buffer, in: bar) }
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
        case .meter(let figure, let gauge): drawMeter(figure, gauge, style: item.style, into: &buffer, in: rect)
        }
    }
}

/// A bar that shows which part of a list is visible.
public struct Scrollbar: Sendable, Hashable {
    private let count: Int
    private let offset: Int
    private let height: Int

    /// Creates a bar for `count` rows, of which `height` are visible from `offset`.
    public init(count: Int, offset: Int, height: Int) {
        self.count = max(0, count)
        self.offset = max(0, offset)
        self.height = max(0, height)
    }

    /// Draws the bar in the first column of `rect`. Draws nothing if all rows are visible.
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
