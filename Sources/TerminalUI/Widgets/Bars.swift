/// A horizontal bar that fills from the left.
public struct Gauge: Sendable {
    /// The filled fraction, 0...1. Other values are clamped, and NaN counts as 0.
    public var fraction: Double
    /// The style of the filled part.
    public var style: Style
    /// The style of the empty part.
    public var emptyStyle: Style

    /// Creates a bar.
    public init(_ fraction: Double, style: Style = .plain, emptyStyle: Style = .plain) {
        self.fraction = fraction
        self.style = style
        self.emptyStyle = emptyStyle
    }

    /// Draws the bar on every row of `rect`. A fraction above 0 is always visible.
    public func draw(into buffer: inout CellBuffer, in rect: Rect) {
        guard !rect.isEmpty else { return }
        let partials = buffer.glyphs.partials
        let steps = partials.count - 1
        let share = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
        var filled = nearestInteger(share * Double(rect.width * steps))
        if share > 0 { filled = max(1, filled) }
        for y in rect.y..<rect.bottom {
            for column in 0..<rect.width {
                let level = min(max(filled - column * steps, 0), steps)
                let point = Point(x: rect.x + column, y: y)
                buffer.put(partials[level], at: point, style: level == 0 ? emptyStyle : style)
            }
        }
    }
}

/// A bar divided into parts in proportion to their weights, such as the clusters of a ring.
public struct StackedBar: Sendable {
    /// A part of the bar.
    public struct Part: Sendable {
        /// The weight, in any unit. Negative values count as 0.
        public var weight: Double
        /// The glyph that fills the part, so that parts also differ without color.
        public var glyph: SafeText
        /// The style of the part.
        public var style: Style

        /// Creates a part.
        public init(weight: Double, glyph: SafeText, style: Style = .plain) {
            self.weight = weight
            self.glyph = glyph
            self.style = style
        }
    }

    /// The parts, from left to right.
    public var parts: [Part]

    /// Creates a bar.
    public init(_ parts: [Part]) {
        self.parts = parts
    }

    /// Draws the parts on every row of `rect`. Draws nothing if all weights are 0.
    public func draw(into buffer: inout CellBuffer, in rect: Rect) {
        for (part, columns) in zip(parts, columns(in: rect.width)) {
            let strip = Rect(x: rect.x + columns.lowerBound, y: rect.y, width: columns.count, height: rect.height)
            buffer.fill(strip, with: part.glyph, style: part.style)
        }
    }

    /// Returns the columns of each part. Rounds the edges instead of the lengths, so that the lengths add up to `width`.
    func columns(in width: Int) -> [Range<Int>] {
        let weights = parts.map { $0.weight.isFinite ? max(0, $0.weight) : 0 }
        let total = weights.reduce(0, +)
        guard total > 0, total.isFinite else { return weights.map { _ in 0..<0 } }
        var sum = 0.0
        var edge = 0
        return weights.map { weight in
            sum += weight
            let next = max(edge, min(width, nearestInteger(sum / total * Double(width))))
            defer { edge = next }
            return edge..<next
        }
    }
}
