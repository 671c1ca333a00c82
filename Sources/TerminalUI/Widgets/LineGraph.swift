/// Lines over time with a scale at the left, the newest values at the right edge.
///
/// In braille, a column shows two values and a row has four steps. In ASCII, a column shows one value and a row has one step.
public struct LineGraph: Sendable {
    /// A line of the graph.
    public struct Series: Sendable {
        /// The values, oldest first. Nil means that nothing was measured, and breaks the line.
        public var values: [Double?]
        /// The style of the line.
        public var style: Style
        /// The character that draws the line in ASCII, so that lines also differ without color.
        public var asciiMark: SafeText

        /// Creates a line.
        public init(_ values: [Double?], style: Style = .plain, asciiMark: SafeText = "*") {
            self.values = values
            self.style = style
            self.asciiMark = asciiMark
        }
    }

    /// The lines. Later lines are drawn over earlier ones.
    public var series: [Series]
    /// The value at the top. If nil, it is the largest visible value, rounded up to 1, 2 or 5 times a power of ten.
    public var maximum: Double?
    /// Formats a value for the scale.
    public var label: @Sendable (Double) -> SafeText
    /// The labels below the lines: the age of the oldest and of the newest value, such as `2m ago` and `now`. If nil, the lines
    /// use that row too.
    public var timeLabels: (oldest: SafeText, newest: SafeText)?
    /// The style of the scale and the labels.
    public var axisStyle: Style

    /// Creates a graph.
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

    /// Returns the maximum number of values of a series that fit in `rect`, so that callers need not keep more.
    public static func capacity(of rect: Rect) -> Int { rect.width * 2 }

    /// Draws the graph. If `rect` is too narrow for the scale, draws only the lines.
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

    /// Rounds `value` up to 1, 2 or 5 times a power of ten. Returns 1 for 0.
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
                // The middle label is correct only if the middle row is exactly in the middle of the scale.
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

    /// Returns the row of dots for a value, counted from the top.
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
            // Where lines cross, the dots of both are visible, in the color of the later line.
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
