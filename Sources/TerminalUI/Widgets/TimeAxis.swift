/// The labels below a graph over time: round ages at the columns where they belong, and `now` at the right edge.
public struct TimeAxis: Sendable, Hashable {
    /// A label, and the distance of its first character from the right edge.
    struct Label: Hashable {
        let columnsFromRight: Int
        let text: SafeText
    }

    /// The distances of two labels in seconds.
    private static let steps: [Double] = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400]
    /// The minimum distance of two labels in columns.
    private static let leastDistance = 12.0
    private static let now: SafeText = "now"

    private let secondsPerColumn: Double

    /// Creates an axis.
    /// - Parameter secondsPerColumn: The time that one column covers.
    public init(secondsPerColumn: Double) {
        self.secondsPerColumn = max(secondsPerColumn, 0.001)
    }

    /// Returns the labels that fit, the oldest first.
    func labels(columns: Int) -> [Label] {
        guard columns >= Self.now.width else { return [] }
        let now = Label(columnsFromRight: Self.now.width, text: Self.now)
        guard let step = Self.steps.first(where: { $0 / secondsPerColumn >= Self.leastDistance }) else { return [now] }
        var labels = [now]
        var age = step
        while age / secondsPerColumn <= Double(columns) {
            labels.append(Label(columnsFromRight: nearestInteger(age / secondsPerColumn), text: Self.text(Int(age))))
            age += step
        }
        return labels.reversed()
    }

    private static func text(_ seconds: Int) -> SafeText {
        if seconds < 60 { return "−\(seconds) s" }
        if seconds % 3600 == 0 { return "−\(seconds / 3600) h" }
        if seconds % 60 == 0 { return "−\(seconds / 60) min" }
        let rest = seconds % 60
        return rest < 10 ? "−\(seconds / 60):0\(rest)" : "−\(seconds / 60):\(rest)"
    }

    func draw(into buffer: inout CellBuffer, in rect: Rect, style: Style) {
        var free = rect.right
        for label in labels(columns: rect.width).reversed() {
            let x = rect.right - label.columnsFromRight
            guard x >= rect.x, x + label.text.width < free || free == rect.right else { continue }
            buffer.write(label.text, at: Point(x: x, y: rect.y), style: style, clip: rect)
            free = x
        }
    }
}
