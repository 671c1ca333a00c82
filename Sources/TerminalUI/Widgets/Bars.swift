/// A horizontal bar that fills from the left.
public struct Gauge: Sendable {
    /// How full, 0...1; values outside are cut, and NaN is empty.
    public var fraction: Double
    /// Style of the filled part.
    public var style: Style
    /// Style of the rest.
    public var emptyStyle: Style

    /// A bar filled to `fraction`.
    public init(_ fraction: Double, style: Style = .plain, emptyStyle: Style = .plain) {
        self.fraction = fraction
        self.style = style
        self.emptyStyle = emptyStyle
    }

    /// Fills `rect`, on every row. Something above 0 is always visible.
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

/// A strip divided among several parts in proportion, such as the clusters of a ring.
public struct StackedBar: Sendable {
    /// One part of the strip.
    public struct Part: Sendable {
        /// Its share, in any unit; below 0 counts as 0.
        public var weight: Double
        /// The glyph that fills it, so that parts differ without color too.
        public var glyph: SafeText
        /// How it is drawn.
        public var style: Style

        /// A part of the strip.
        public init(weight: Double, glyph: SafeText, style: Style = .plain) {
            self.weight = weight
            self.glyph = glyph
            self.style = style
        }
    }

    /// The parts, from the left.
    public var parts: [Part]

    /// A strip of `parts`.
    public init(_ parts: [Part]) {
        self.parts = parts
    }

    /// Fills `rect` by weight. Nothing is drawn if no part has any.
    public func draw(into buffer: inout CellBuffer, in rect: Rect) {
        for (part, columns) in zip(parts, columns(in: rect.width)) {
            let strip = Rect(x: rect.x + columns.lowerBound, y: rect.y, width: columns.count, height: rect.height)
            buffer.fill(strip, with: part.glyph, style: part.style)
        }
    }

    /// The columns of each part. Edges are rounded, not lengths, so that they add up to `width`.
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
