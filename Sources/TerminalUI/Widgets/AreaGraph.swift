/// Areas over time, stacked on each other, with a scale at the left and the newest values at the right edge. One column shows
/// one value of each area.
///
/// With colors, the areas are drawn in eighths of a row. Areas of the same color get textures of braille dots, and in ASCII each
/// area consists of its mark, so that they differ without color.
public struct AreaGraph: Sendable {
    /// One area.
    public struct Area: Sendable {
        /// The values, oldest first. Nil means that nothing was measured.
        public var values: [Double?]
        /// The styles of the area from the bottom of the graph to its top; a single one for no gradient.
        public var shades: [Style]
        /// The character that fills the area in ASCII.
        public var asciiMark: SafeText

        /// Creates an area.
        public init(_ values: [Double?], shades: [Style] = [.plain], asciiMark: SafeText = "#") {
            self.values = values
            self.shades = shades.isEmpty ? [.plain] : shades
            self.asciiMark = asciiMark
        }
    }

    /// The areas, the bottom one first.
    public var areas: [Area]
    /// The value at the top.
    public var top: Double
    /// The time axis. If nil, or if there are too few rows, the areas use its row too.
    public var timeAxis: TimeAxis?
    /// The style of the scale and the labels.
    public var axisStyle: Style

    /// Creates a graph.
    public init(_ areas: [Area], top: Double, timeAxis: TimeAxis? = nil, axisStyle: Style = .plain) {
        self.areas = areas
        self.top = top > 0 && top.isFinite ? top : 1
        self.timeAxis = timeAxis
        self.axisStyle = axisStyle
    }

    /// The width of the labels of the scale. It is constant, so that the areas do not move when the scale changes.
    private static let labelWidth = 4
    /// The minimum width of a graph with a scale.
    private static let leastWithScale = 16

    /// Returns the number of columns for values in a graph of this width.
    public static func columns(inWidth width: Int) -> Int {
        width >= leastWithScale ? width - labelWidth - 2 : width
    }

    /// Returns the largest sum of the newest values that fit in a graph of this width.
    public static func peak(of series: [[Double?]], columns: Int) -> Double {
        (0..<max(0, columns)).reduce(0) { peak, age in
            max(peak, series.reduce(0) { $0 + (Self.value($1, age: age) ?? 0) })
        }
    }

    /// Draws the graph.
    public func draw(into buffer: inout CellBuffer, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let columns = Self.columns(inWidth: rect.width)
        let hasAxis = timeAxis != nil && rect.height >= 4
        let plot = Rect(x: rect.right - columns, y: rect.y, width: columns, height: rect.height - (hasAxis ? 1 : 0))
        if columns < rect.width {
            drawScale(into: &buffer, in: Rect(x: rect.x, y: rect.y, width: rect.width - columns, height: rect.height), plot)
        }
        if hasAxis {
            timeAxis?.draw(into: &buffer, in: Rect(x: plot.x, y: plot.bottom, width: columns, height: 1), style: axisStyle)
        }
        for column in 0..<columns {
            let values = areas.map { Self.value($0.values, age: columns - 1 - column) }
            let x = plot.x + column
            if !buffer.glyphs.showsUnicode {
                drawMarks(values, x: x, into: &buffer, in: plot)
            } else if hasTextures {
                drawTextures(values, x: x, into: &buffer, in: plot)
            } else {
                drawBlocks(values, x: x, into: &buffer, in: plot)
            }
        }
    }

    /// Draws the mark of an area, for a legend.
    public func drawMark(of area: Int, at point: Point, into buffer: inout CellBuffer, clip: Rect) {
        guard areas.indices.contains(area), clip.contains(point) else { return }
        let style = areas[area].shades.last ?? .plain
        if !buffer.glyphs.showsUnicode {
            buffer.write(areas[area].asciiMark, at: point, style: style, maximumWidth: 1, clip: clip)
        } else if hasTextures {
            var dots: UInt8 = 0
            for y in 0..<4 {
                for x in 0..<2 where Self.isSet(x: x, y: 3 - y, texture: area) { dots |= Braille.bit(x: x, y: y) }
            }
            buffer.put(Braille.glyph(dots), at: point, style: style)
        } else {
            buffer.put("█", at: point, style: style)
        }
    }

    // MARK: Scale

    /// Draws the labels. Each label is the value at the upper edge of its row.
    private func drawScale(into buffer: inout CellBuffer, in rect: Rect, _ plot: Rect) {
        for y in rect.y..<rect.bottom {
            let row = y - rect.y
            let value: Double? =
                if row == 0 {
                    top
                } else if row == rect.height - 1 {
                    0
                } else if plot.height >= 6, row * 2 == plot.height {
                    top / 2
                } else {
                    nil
                }
            let axis = Point(x: rect.right - 1, y: y)
            guard let value else {
                buffer.put(buffer.glyphs.border.vertical, at: axis, style: axisStyle)
                continue
            }
            let place = Rect(x: rect.x, y: y, width: rect.width - 2, height: 1)
            buffer.write(.scaleLabel(value), in: place, style: axisStyle, alignment: .right)
            buffer.put(buffer.glyphs.axisTick, at: axis, style: axisStyle)
        }
    }

    // MARK: Columns

    /// Whether neighboring areas have the same color, so that only a texture distinguishes them.
    private var hasTextures: Bool {
        zip(areas, areas.dropFirst()).contains { $0.shades.last?.foreground == $1.shades.last?.foreground }
    }

    private static func value(_ values: [Double?], age: Int) -> Double? {
        let index = values.count - 1 - age
        guard values.indices.contains(index), let value = values[index], value.isFinite else { return nil }
        return max(0, value)
    }

    /// Returns the upper edges of the areas in a column, in steps from the bottom. A positive value has at least one step.
    private func edges(_ values: [Double?], steps: Int) -> [Int] {
        var sum = 0.0
        var edge = 0
        return values.map { value in
            guard let value, value > 0 else { return edge }
            sum += value
            edge = min(steps, max(edge + 1, nearestInteger(min(1, sum / top) * Double(steps))))
            return edge
        }
    }

    /// Returns the style of an area in a row, counted from the bottom. Each row has one shade, so that neighboring columns have
    /// the same one.
    private func style(_ area: Int, row: Int, of rows: Int) -> Style {
        let shades = areas[area].shades
        return shades[min(shades.count - 1, row * shades.count / max(1, rows))]
    }

    private func drawBlocks(_ values: [Double?], x: Int, into buffer: inout CellBuffer, in plot: Rect) {
        let perRow = buffer.glyphs.levels.count - 1
        let edges = edges(values, steps: plot.height * perRow)
        guard let last = edges.last, last > 0 else { return }
        for row in 0..<(last + perRow - 1) / perRow {
            let (bottom, top) = (row * perRow, (row + 1) * perRow)
            let point = Point(x: x, y: plot.bottom - 1 - row)
            guard let lower = edges.firstIndex(where: { $0 > bottom }) else { return }
            // A cell has two colors. Above the last area, one of them is empty, so only the largest area in the cell is drawn.
            guard last >= top else {
                let area = largest(lower..<edges.count, bottom, top, edges) ?? lower
                let style = style(area, row: row, of: plot.height)
                buffer.put(buffer.glyphs.levels[last - bottom], at: point, style: style)
                return
            }
            let edge = min(edges[lower], top)
            var style = style(lower, row: row, of: plot.height)
            // Of three areas in a cell, only the lowest one and the larger one of the others are drawn.
            if edge < top, let upper = largest(lower + 1..<edges.count, bottom, top, edges) {
                style.background = self.style(upper, row: row, of: plot.height).foreground
            }
            buffer.put(buffer.glyphs.levels[edge - bottom], at: point, style: style)
        }
    }

    /// Returns the area that covers most of a row, the lower one of equal areas; nil if there is none.
    private func largest(_ areas: Range<Int>, _ bottom: Int, _ top: Int, _ edges: [Int]) -> Int? {
        areas.reversed().max { visible($0, bottom, top, edges) < visible($1, bottom, top, edges) }
    }

    /// Returns how many steps of a row an area covers.
    private func visible(_ area: Int, _ bottom: Int, _ top: Int, _ edges: [Int]) -> Int {
        max(0, min(edges[area], top) - max(area == 0 ? 0 : edges[area - 1], bottom))
    }

    private func drawTextures(_ values: [Double?], x: Int, into buffer: inout CellBuffer, in plot: Rect) {
        let edges = edges(values, steps: plot.height * 4)
        guard let last = edges.last, last > 0 else { return }
        for row in 0..<(last + 3) / 4 {
            var dots: UInt8 = 0
            var style = Style.plain
            for step in row * 4..<row * 4 + 4 {
                guard let area = edges.firstIndex(where: { $0 > step }) else { break }
                style = self.style(area, row: row, of: plot.height)
                for dot in 0..<2 where step == edges[area] - 1 || Self.isSet(x: dot, y: step, texture: area) {
                    dots |= Braille.bit(x: dot, y: 3 - step % 4)
                }
            }
            buffer.put(Braille.glyph(dots), at: Point(x: x, y: plot.bottom - 1 - row), style: style)
        }
    }

    /// Whether a dot of a texture is set: all of them, every second, or every fourth.
    private static func isSet(x: Int, y: Int, texture: Int) -> Bool {
        switch texture % 3 {
        case 0: true
        case 1: (x + y) % 2 == 0
        default: y % 2 == 0 && x == y / 2 % 2
        }
    }

    private func drawMarks(_ values: [Double?], x: Int, into buffer: inout CellBuffer, in plot: Rect) {
        let edges = edges(values, steps: plot.height)
        for step in 0..<(edges.last ?? 0) {
            guard let area = edges.firstIndex(where: { $0 > step }) else { return }
            let point = Point(x: x, y: plot.bottom - 1 - step)
            buffer.write(areas[area].asciiMark, at: point, style: style(area, row: step, of: plot.height), maximumWidth: 1)
        }
    }
}
