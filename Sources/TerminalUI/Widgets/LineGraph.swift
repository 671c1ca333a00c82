/// Lines over time with a scale at the left, the newest values at the right edge.
///
/// Two values per column and four steps per row in braille; one of each where only ASCII can be drawn.
public struct LineGraph: Sendable {
    /// One line.
    public struct Series: Sendable {
        /// The values, oldest first; nil where nothing was measured, which breaks the line.
        public var values: [Double?]
        /// How the line is drawn.
        public var style: Style
        /// What draws the line where only ASCII can be drawn, so that lines differ without color too.
        public var asciiMark: SafeText

        /// A line through `values`.
        public init(_ values: [Double?], style: Style = .plain, asciiMark: SafeText = "*") {
            self.values = values
            self.style = style
            self.asciiMark = asciiMark
        }
    }

    /// The lines; later ones are drawn over earlier ones.
    public var series: [Series]
    /// The value at the top; if nil, the largest value shown, rounded up to 1, 2 or 5 times a power of ten.
    public var maximum: Double?
    /// How a value is written at the scale.
    public var label: @Sendable (Double) -> SafeText
    /// Written below the lines: the age of the oldest value and of the newest, such as `2m ago` and `now`. Nil leaves
    /// the row to the lines.
    public var timeLabels: (oldest: SafeText, newest: SafeText)?
    /// Style of scale and labels.
    public var axisStyle: Style

    /// A graph of `series`.
    public init(
        _ series: [Series],
        maximum: Double? = nil,
        timeLabels: (oldest: SafeText, newest: SafeText)? = nil,
        axisStyle: Style = .plain,
        label: @escaping @Sendable (Double) -> SafeText = { .scaleLabel($0) }
    ) {
        self.series = series
        self.maximum = maximum
        self.timeLabels = timeLabels
        self.axisStyle = axisStyle
        self.label = label
    }

    /// How many values of a series fit in `rect` at most, for callers that keep just enough of them.
    public static func capacity(of rect: Rect) -> Int { rect.width * 2 }

    /// Draws the graph. A rectangle too narrow for the scale gets the lines alone.
    public func draw(into buffer: inout CellBuffer, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let hasTimes = timeLabels != nil && rect.height >= 4
        let plotHeight = rect.height - (hasTimes ? 1 : 0)
        let top = scaleTop(columns: rect.width)
        let labelWidth = max(label(top).width, label(0).width, label(top / 2).width)
        let axisWidth = rect.width >= labelWidth + 6 ? labelWidth + 2 : 0
        let plot = Rect(x: rect.x + axisWidth, y: rect.y, width: rect.width - axisWidth, height: plotHeight)
        if axisWidth > 0 {
            drawScale(into: &buffer, in: Rect(x: rect.x, y: rect.y, width: axisWidth, height: plotHeight), top: top)
        }
        for series in series {
            if buffer.glyphs.showsUnicode {
                drawBraille(series, into: &buffer, in: plot, top: top)
            } else {
                drawMarks(series, into: &buffer, in: plot, top: top)
            }
        }
        if hasTimes, let timeLabels {
            let row = Rect(x: plot.x, y: plot.bottom, width: plot.width, height: 1)
            buffer.write(timeLabels.oldest, in: row, style: axisStyle)
            if timeLabels.oldest.width + timeLabels.newest.width < row.width {
                buffer.write(timeLabels.newest, in: row, style: axisStyle, alignment: .right)
            }
        }
    }

    private func scaleTop(columns: Int) -> Double {
        if let maximum, maximum.isFinite, maximum > 0 { return maximum }
        var largest = 0.0
        for series in series {
            for case let value? in series.values.suffix(columns * 2) where value.isFinite { largest = max(largest, value) }
        }
        return LineGraph.roundedUp(largest)
    }

    /// The next number up that is 1, 2 or 5 times a power of ten; 1 for nothing.
    static func roundedUp(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 1 }
        var power = 1.0
        while power * 10 <= value { power *= 10 }
        while power > value { power /= 10 }
        return [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= value } ?? value
    }

    private func drawScale(into buffer: inout CellBuffer, in rect: Rect, top: Double) {
        let rows: [(row: Int, value: Double)] =
            switch rect.height {
            case 1: [(0, top)]
            case ..<5: [(0, top), (rect.height - 1, 0)]
            default: [(0, top), ((rect.height - 1) / 2, top / 2), (rect.height - 1, 0)]
            }
        for y in 0..<rect.height {
            let axis = Point(x: rect.right - 1, y: rect.y + y)
            if let tick = rows.first(where: { $0.row == y }) {
                // The middle label is honest only where the middle row is the middle of the scale.
                let isMiddle = y != 0 && y != rect.height - 1
                if !isMiddle || rect.height % 2 == 1 {
                    let space = Rect(x: rect.x, y: rect.y + y, width: rect.width - 2, height: 1)
                    buffer.write(label(tick.value), in: space, style: axisStyle, alignment: .right)
                    buffer.put(buffer.glyphs.axisTick, at: axis, style: axisStyle)
                    continue
                }
            }
            buffer.put(buffer.glyphs.border.vertical, at: axis, style: axisStyle)
        }
    }

    /// The row of dots for a value, counted from the top.
    private func row(of value: Double, top: Double, rows: Int) -> Int {
        let share = min(max(value / top, 0), 1)
        return rows - 1 - nearestInteger(share * Double(rows - 1))
    }

    /// Calls `dot` for each dot of the line, joining neighbors with a vertical stroke.
    private func trace(
        _ series: Series,
        columns: Int,
        rows: Int,
        top: Double,
        dot: (_ x: Int, _ y: Int) -> Void
    ) {
        let values = series.values.suffix(columns)
        var x = columns - values.count
        var previous: Int?
        for value in values {
            defer { x += 1 }
            guard let value, value.isFinite else {
                previous = nil
                continue
            }
            let y = row(of: value, top: top, rows: rows)
            if let previous, abs(previous - y) > 1 {
                let step = y > previous ? 1 : -1
                for between in stride(from: previous + step, to: y, by: step) { dot(x, between) }
            }
            dot(x, y)
            previous = y
        }
    }

    private func drawBraille(_ series: Series, into buffer: inout CellBuffer, in plot: Rect, top: Double) {
        guard !plot.isEmpty else { return }
        var cells = [UInt8](repeating: 0, count: plot.width * plot.height)
        trace(series, columns: plot.width * 2, rows: plot.height * 4, top: top) { x, y in
            cells[y / 4 * plot.width + x / 2] |= Braille.bit(x: x % 2, y: y % 4)
        }
        for (index, dots) in cells.enumerated() where dots != 0 {
            let point = Point(x: plot.x + index % plot.width, y: plot.y + index / plot.width)
            // Where lines cross, both show, in the color of the later one.
            let below = buffer[point]?.base.map { $0.value &- 0x2800 } ?? 0
            let merged = dots | (below < 0x100 ? UInt8(below) : 0)
            buffer.put(Braille.glyph(merged), at: point, style: series.style)
        }
    }

    private func drawMarks(_ series: Series, into buffer: inout CellBuffer, in plot: Rect, top: Double) {
        guard !plot.isEmpty else { return }
        var points: [Point] = []
        trace(series, columns: plot.width, rows: plot.height, top: top) { x, y in
            points.append(Point(x: plot.x + x, y: plot.y + y))
        }
        for point in points { buffer.write(series.asciiMark, at: point, style: series.style, maximumWidth: 1) }
    }
}
