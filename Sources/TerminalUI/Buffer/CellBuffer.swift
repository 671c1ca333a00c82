/// A grid of cells that views draw into and a terminal paints.
///
/// All drawing is clipped to the buffer. Wide characters are never cut in half: one that crosses the edge or is half
/// overwritten becomes a space. Only `SafeText` and the buffer's own glyphs can be drawn.
public struct CellBuffer: Hashable, Sendable {
    /// Columns and rows.
    public let size: Size
    /// The glyphs for borders, bars and graphs. With `.ascii`, every other character outside ASCII is drawn as the most
    /// similar ASCII character, or as `?`.
    public let glyphs: GlyphSet
    /// The style on top of the text style for escapes, so that ordinary text cannot imitate an escape.
    public let escapeStyle: Style
    /// The cells, row by row.
    public private(set) var cells: [Cell]
    /// The areas that can be clicked.
    var clickAreas: [ClickArea] = []

    /// Creates a buffer of blank cells.
    public init(
        size: Size,
        glyphs: GlyphSet = .unicode,
        escapeStyle: Style = Style(modifiers: .reverse)
    ) {
        self.size = size
        self.glyphs = glyphs
        self.escapeStyle = escapeStyle
        cells = Array(repeating: .blank, count: size.width * size.height)
    }

    /// The rectangle of the whole grid.
    public var bounds: Rect { Rect(size) }

    /// The cell at `point`; nil outside the buffer.
    public subscript(point: Point) -> Cell? {
        bounds.contains(point) ? cells[index(point.x, point.y)] : nil
    }

    // MARK: Text

    /// Draws `text` on one row, starting at `point`.
    ///
    /// - Parameters:
    ///   - style: The style on top of the cells' current style.
    ///   - maximumWidth: The maximum number of columns to use.
    ///   - clip: Only cells in this rectangle change; the whole buffer if nil.
    /// - Returns: The number of columns used, from `point`. Clipped columns count, so that a caller can continue from
    ///   there.
    @discardableResult
    public mutating func write(
        _ text: SafeText,
        at point: Point,
        style: Style = .plain,
        maximumWidth: Int = .max,
        clip: Rect? = nil
    ) -> Int {
        let clip = clip.map { $0.intersection(bounds) } ?? bounds
        guard maximumWidth > 0, point.y >= clip.y, point.y < clip.bottom, point.x < clip.right else { return 0 }
        let escapedStyle = text.hasEscapes ? style.overlaid(with: escapeStyle) : style
        var escapes = text.escapes[...]
        var offset = 0
        var column = 0
        var last: Int?
        for scalar in text.plain.unicodeScalars {
            while let escape = escapes.first, offset >= escape.upperBound { escapes = escapes.dropFirst() }
            let isEscape = escapes.first.map { offset >= $0.lowerBound } ?? false
            offset += UTF8.width(scalar)
            let columns = displayColumns(of: scalar)
            guard columns > 0 else {
                // Some terminals change the width for a variation selector, so cells do not keep them.
                if let last, scalar.value != 0xFE0E, scalar.value != 0xFE0F, glyphs.showsUnicode {
                    cells[last] = cells[last].adding(mark: scalar)
                }
                continue
            }
            guard column + columns <= maximumWidth else { break }
            let x = point.x + column
            guard x < clip.right else { break }
            column += columns
            last = nil
            let style = isEscape ? escapedStyle : style
            if x >= clip.x, x + columns <= clip.right {
                last = put(scalar, columns: columns, x: x, y: point.y, style: style)
            } else if columns == 2 {
                // Only half of the character is visible, so draw a space.
                let visible = x < clip.x ? x + 1 : x
                if visible >= clip.x, visible < clip.right { put(" ", columns: 1, x: visible, y: point.y, style: style) }
            }
        }
        return column
    }

    /// Draws `text` on the first row of `rect`, cut with an ellipsis if it does not fit.
    /// - Returns: The number of columns used.
    @discardableResult
    public mutating func write(
        _ text: SafeText,
        in rect: Rect,
        style: Style = .plain,
        alignment: Alignment = .left
    ) -> Int {
        guard !rect.isEmpty else { return 0 }
        let text = text.truncated(to: rect.width)
        let offset: Int
        switch alignment {
        case .left: offset = 0
        case .right: offset = rect.width - text.width
        case .center: offset = (rect.width - text.width) / 2
        }
        return write(text, at: Point(x: rect.x + offset, y: rect.y), style: style, clip: rect)
    }

    // MARK: Areas

    /// Makes every cell of `rect` a space in `style`, replacing the previous content.
    public mutating func clear(_ rect: Rect, style: Style = .plain) {
        forEachRow(of: rect) { buffer, range in
            buffer.mendEdges(of: range)
            for index in range { buffer.cells[index] = Cell(" ", width: 1, style: style) }
        }
    }

    /// Applies `style` on top of the cells of `rect` and keeps their characters.
    public mutating func restyle(_ rect: Rect, with style: Style) {
        forEachRow(of: rect) { buffer, range in
            for index in range { buffer.cells[index].style = buffer.cells[index].style.overlaid(with: style) }
        }
    }

    /// Replaces every cell of `rect` with the first character of `text`, in `style` on top of the current style. Wide
    /// characters fill two columns each; an odd last column becomes a space.
    public mutating func fill(_ rect: Rect, with text: SafeText, style: Style = .plain) {
        let rect = rect.intersection(bounds)
        guard let scalar = text.plain.unicodeScalars.first, !rect.isEmpty else { return }
        let columns = displayColumns(of: scalar)
        for y in rect.y..<rect.bottom {
            var x = rect.x
            while x < rect.right {
                if x + columns <= rect.right {
                    put(scalar, columns: columns, x: x, y: y, style: style)
                    x += columns
                } else {
                    put(" ", columns: 1, x: x, y: y, style: style)
                    x += 1
                }
            }
        }
    }

    // MARK: Cells

    /// Draws one of the buffer's own glyphs at `point`, clipped.
    mutating func put(_ glyph: Unicode.Scalar, at point: Point, style: Style = .plain) {
        guard bounds.contains(point) else { return }
        put(glyph, columns: 1, x: point.x, y: point.y, style: style)
    }

    /// Draws a character whose columns are all inside the buffer, and returns the index of its cell.
    @discardableResult
    private mutating func put(_ scalar: Unicode.Scalar, columns: Int, x: Int, y: Int, style: Style) -> Int {
        let index = index(x, y)
        mendEdges(of: index..<index + columns)
        let style = cells[index].style.overlaid(with: style)
        if scalar.isASCII || glyphs.showsUnicode {
            cells[index] = Cell(scalar, width: columns, style: style)
            if columns == 2 { cells[index + 1] = .continuation(style: style) }
        } else {
            cells[index] = Cell(GlyphSet.asciiLikeness(of: scalar), width: 1, style: style)
            if columns == 2 { cells[index + 1] = Cell(" ", width: 1, style: style) }
        }
        return index
    }

    /// Prepares the cells of `range`, all on one row, for overwriting. The outer half of a wide character that is only half
    /// inside `range` becomes a space.
    private mutating func mendEdges(of range: Range<Int>) {
        if cells[range.lowerBound].width == 0, range.lowerBound > 0 {
            cells[range.lowerBound - 1] = Cell(" ", width: 1, style: cells[range.lowerBound - 1].style)
        }
        if cells[range.upperBound - 1].width == 2, range.upperBound < cells.count {
            cells[range.upperBound] = Cell(" ", width: 1, style: cells[range.upperBound].style)
        }
    }

    private mutating func forEachRow(of rect: Rect, _ body: (inout CellBuffer, Range<Int>) -> Void) {
        let rect = rect.intersection(bounds)
        guard !rect.isEmpty else { return }
        for y in rect.y..<rect.bottom {
            body(&self, index(rect.x, y)..<index(rect.x, y) + rect.width)
        }
    }

    private func index(_ x: Int, _ y: Int) -> Int {
        y * size.width + x
    }
}

/// The position of text in a wider space.
public enum Alignment: Hashable, Sendable {
    /// At the left edge.
    case left
    /// At the right edge.
    case right
    /// In the middle, with a spare column on the right.
    case center
}
