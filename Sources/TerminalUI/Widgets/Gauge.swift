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
