/// The value at the top of a graph. It grows at once, so that no value is cut, and shrinks slowly, so that the picture is steady.
public struct GraphScale: Sendable, Hashable {
    /// How long all values must be lower before the scale shrinks by one step.
    static let patience: Duration = .seconds(5)
    /// The round values of each power of ten. Half of each is round too, for the label in the middle.
    private static let roundValues = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8]

    /// The value at the top.
    public private(set) var top = 1.0
    /// The time since which a lower scale would be enough.
    private var lowSince: Duration?

    /// Creates a scale for small values. The first update adapts it.
    public init() {}

    /// Takes in the largest visible value.
    /// - Parameters:
    ///   - peak: The largest value that the graph shows.
    ///   - now: The current time of a clock that never goes back.
    public mutating func update(peak: Double, at now: Duration) {
        let wanted = Self.roundedUp(peak)
        guard wanted < top else {
            (top, lowSince) = (wanted, nil)
            return
        }
        guard let since = lowSince else {
            lowSince = now
            return
        }
        guard now - since >= Self.patience else { return }
        top = max(wanted, Self.nextLower(than: top))
        lowSince = now
    }

    /// Adapts at once, because other values are shown.
    public mutating func reset(peak: Double) {
        (top, lowSince) = (Self.roundedUp(peak), nil)
    }

    /// Returns the lowest round value that is at least `value`, and at least 1.
    static func roundedUp(_ value: Double) -> Double {
        guard value > 1, value.isFinite else { return 1 }
        var power = 1.0
        while power * 10 <= value { power *= 10 }
        return roundValues.first { $0 * power >= value }.map { $0 * power } ?? power * 10
    }

    private static func nextLower(than value: Double) -> Double {
        var power = 1.0
        while power * 10 < value { power *= 10 }
        return roundValues.last { $0 * power < value }.map { $0 * power } ?? 1
    }
}
