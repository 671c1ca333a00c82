/// The length that one part of a `Layout` requests, and its importance if space is short.
public struct Constraint: Hashable, Sendable {
    enum Growth: Hashable, Sendable {
        /// Takes up to this number of cells.
        case upTo(Int)
        /// Takes up to this fraction of the whole, in thousandths.
        case share(thousandths: Int)
        /// Shares the remaining cells by weight.
        case fill(weight: Int)
    }

    let growth: Growth
    let minimum: Int
    let importance: Int

    /// The importance of a part that is never dropped, only cut.
    public static let required = Int.max

    private init(_ growth: Growth, minimum: Int, importance: Int) {
        self.growth = growth
        self.minimum = max(0, minimum)
        self.importance = importance
    }

    /// Exactly `length` cells.
    public static func fixed(_ length: Int, importance: Int = required) -> Constraint {
        Constraint(.upTo(max(0, length)), minimum: length, importance: importance)
    }

    /// Up to `ideal` cells, and at least `minimum`.
    public static func flexible(minimum: Int, ideal: Int, importance: Int = required) -> Constraint {
        Constraint(.upTo(max(0, minimum, ideal)), minimum: minimum, importance: importance)
    }

    /// At least `length` cells, and a share of the remaining cells.
    public static func minimum(_ length: Int, importance: Int = required) -> Constraint {
        Constraint(.fill(weight: 1), minimum: length, importance: importance)
    }

    /// A fraction of the whole, 0...1, and never less than `minimum` cells.
    public static func fraction(_ share: Double, minimum: Int = 0, importance: Int = required) -> Constraint {
        let thousandths = nearestInteger(min(max(share, 0), 1) * 1000)
        return Constraint(.share(thousandths: thousandths), minimum: minimum, importance: importance)
    }

    /// Returns the constraint with space for content that is at least `minimum` and ideally `ideal` cells wide.
    func widened(minimum: Int, ideal: Int) -> Constraint {
        let least = max(self.minimum, minimum)
        guard case .upTo(let length) = growth else { return Constraint(growth, minimum: least, importance: importance) }
        return Constraint(.upTo(max(length, ideal, least)), minimum: least, importance: importance)
    }

    /// A share of the remaining cells, in proportion to `weight`.
    public static func fill(_ weight: Int = 1, minimum: Int = 0, importance: Int = required) -> Constraint {
        Constraint(.fill(weight: max(1, weight)), minimum: minimum, importance: importance)
    }
}

/// Divides a rectangle into parts along one axis.
///
/// Parts keep their order, never overlap and never leave the rectangle. If the minimums do not fit, the least important
/// part is dropped, then the next, until they fit (of equally important parts, the last is dropped first). Parts that are
/// `Constraint.required` are kept; if even they do not fit, the last of them are cut. Remaining cells go first to the parts
/// with a length or a fraction, the most important first, then to the filling parts.
public struct Layout: Hashable, Sendable {
    /// The direction in which the parts follow each other.
    public enum Axis: Hashable, Sendable {
        /// Side by side.
        case horizontal
        /// One below the other.
        case vertical
    }

    private let axis: Axis
    private let spacing: Int
    private let constraints: [Constraint]

    /// Creates a layout with one part per constraint, and `spacing` empty cells between the visible parts.
    public init(_ axis: Axis, spacing: Int = 0, _ constraints: [Constraint]) {
        self.axis = axis
        self.spacing = max(0, spacing)
        self.constraints = constraints
    }

    /// Returns one rectangle per constraint, in order. A dropped part is empty.
    public func split(_ rect: Rect) -> [Rect] {
        let lengths = lengths(in: axis == .horizontal ? rect.width : rect.height)
        var offset = 0
        return lengths.map { length in
            guard let length else { return Rect(origin: rect.origin, size: .zero) }
            defer { offset += length + spacing }
            switch axis {
            case .horizontal:
                let part = Rect(x: rect.x + offset, y: rect.y, width: length, height: rect.height)
                return part.intersection(rect)
            case .vertical:
                let part = Rect(x: rect.x, y: rect.y + offset, width: rect.width, height: length)
                return part.intersection(rect)
            }
        }
    }

    /// Returns the length of each part for `total` cells; nil for a dropped part.
    public func lengths(in total: Int) -> [Int?] {
        let kept = partsThatFit(in: max(0, total))
        guard !kept.isEmpty else { return constraints.map { _ in nil } }
        var lengths: [Int?] = Array(repeating: nil, count: constraints.count)
        var left = max(0, total - spacing * (kept.count - 1))
        let available = left

        for index in kept {
            let length = min(constraints[index].minimum, left)
            lengths[index] = length
            left -= length
        }
        for index in kept.sorted(by: { (constraints[$0].importance, $1) > (constraints[$1].importance, $0) }) {
            let wanted: Int
            switch constraints[index].growth {
            case .upTo(let length): wanted = length
            case .share(let thousandths): wanted = available * thousandths / 1000
            case .fill: continue
            }
            let current = lengths[index] ?? 0
            let extra = min(max(0, wanted - current), left)
            lengths[index] = current + extra
            left -= extra
        }
        shareOut(left, among: kept, into: &lengths)
        return lengths
    }

    private func partsThatFit(in total: Int) -> [Int] {
        var kept = Array(constraints.indices)
        while true {
            let needed = kept.reduce(spacing * max(0, kept.count - 1)) { $0 + constraints[$1].minimum }
            guard needed > total else { return kept }
            guard let importance = kept.map({ constraints[$0].importance }).min(), importance != Constraint.required,
                let position = kept.lastIndex(where: { constraints[$0].importance == importance })
            else { return kept }
            kept.remove(at: position)
        }
    }

    /// Distributes `left` cells to the filling parts by weight, and the remainder one by one from the first.
    private func shareOut(_ left: Int, among kept: [Int], into lengths: inout [Int?]) {
        var filling: [(index: Int, weight: Int)] = []
        for index in kept {
            if case .fill(let weight) = constraints[index].growth { filling.append((index, weight)) }
        }
        let weights = filling.reduce(0) { $0 + $1.weight }
        guard weights > 0, left > 0 else { return }
        var remainder = left
        for part in filling {
            let share = left * part.weight / weights
            lengths[part.index] = (lengths[part.index] ?? 0) + share
            remainder -= share
        }
        for part in filling.prefix(remainder) {
            lengths[part.index] = (lengths[part.index] ?? 0) + 1
        }
    }
}
