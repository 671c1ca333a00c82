/// A row of small bars that shows the recent values of a figure, the newest at the right.
public struct Sparkline: Sendable {
    /// How the bars are drawn.
    public enum Resolution: Hashable, Sendable {
        /// One value per column, in eighths of a cell.
        case block
        /// Two values per column, in quarters of a cell.
        case braille
    }

    /// The values, oldest first. Nil means that nothing was measured, and leaves a gap. Values below 0 count as 0.
    public var values: [Double?]
    /// The value of a full bar. If nil, the bars are scaled to the visible values, so that small variations of a high rate are
    /// visible.
    public var maximum: Double?
    /// How the bars are drawn. Terminals without Unicode always use blocks.
    public var resolution: Resolution

    /// Creates a sparkline.
    public init(_ values: [Double?], maximum: Double? = nil, resolution: Resolution = .block) {
        self.values = values
        self.maximum = maximum
        self.resolution = resolution
    }

    /// Draws the newest values that fit on the bottom row of `rect`.
    ///
    /// A value above 0 is always visible, however small, so that a low rate can be distinguished from 0.
    public func draw(into buffer: inout CellBuffer, in rect: Rect, style: Style = .plain) {
        guard !rect.isEmpty else { return }
        let isBraille = resolution == .braille && buffer.glyphs.showsUnicode
        let perCell = isBraille ? 2 : 1
        let shown = Array(values.suffix(rect.width * perCell))
        let range = maximum.map { (0, $0) } ?? Self.range(of: shown.compactMap(finite))
        let levels = isBraille ? 4 : buffer.glyphs.levels.count - 1
        let heights = shown.map { value in finite(value).map { level(of: $0, range, levels: levels) } }
        // The bars are aligned to the right, where the newest value is.
        let missing = rect.width * perCell - heights.count
        for column in 0..<rect.width {
            let point = Point(x: rect.x + column, y: rect.bottom - 1)
            if isBraille {
                let left = height(heights, at: column * 2 - missing)
                let right = height(heights, at: column * 2 + 1 - missing)
                buffer.put(Braille.bars(left: left ?? 0, right: right ?? 0), at: point, style: style)
            } else {
                let level = height(heights, at: column - missing)
                buffer.put(buffer.glyphs.levels[level ?? 0], at: point, style: style)
            }
        }
    }

    private func finite(_ value: Double?) -> Double? {
        guard let value, value.isFinite else { return nil }
        return max(0, value)
    }

    private func level(of value: Double, _ range: (low: Double, high: Double), levels: Int) -> Int {
        guard value > 0, range.high > range.low else { return 0 }
        let share = (value - range.low) / (range.high - range.low)
        return max(1, nearestInteger(min(1, max(0, share)) * Double(levels)))
    }

    /// Returns the values of an empty and of a full bar. Variations of less than a quarter do not fill the row, so that noise is
    /// low and a constant value is a line.
    private static func range(of values: [Double]) -> (low: Double, high: Double) {
        guard let least = values.min(), let most = values.max(), most > 0 else { return (0, 0) }
        let spread = max(most - least, most / 4)
        let low = max(0, least - spread / 3)
        return (low, low == 0 ? most : most + (spread - (most - least)) / 2)
    }

    private func height(_ heights: [Int?], at index: Int) -> Int? {
        heights.indices.contains(index) ? heights[index] : nil
    }
}
