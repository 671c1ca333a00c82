/// How much of a line one part of a `Layout` asks for, and how dear it is when room is short.
public struct Constraint: Hashable, Sendable {
    enum Growth: Hashable, Sendable {
        /// Takes up to this many cells.
        case upTo(Int)
        /// Takes up to this share of the whole, in thousandths.
        case share(thousandths: Int)
        /// Shares what is left by weight.
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

    /// Up to `ideal` cells, as few as `minimum`.
    public static func flexible(minimum: Int, ideal: Int, importance: Int = required) -> Constraint {
        Constraint(.upTo(max(0, minimum, ideal)), minimum: minimum, importance: importance)
    }

    /// At least `length` cells, and a share of what is left over.
    public static func minimum(_ length: Int, importance: Int = required) -> Constraint {
        Constraint(.fill(weight: 1), minimum: length, importance: importance)
    }

    /// A share of the whole, 0...1, and never less than `minimum` cells.
    public static func fraction(_ share: Double, minimum: Int = 0, importance: Int = required) -> Constraint {
        let thousandths = nearestInteger(min(max(share, 0), 1) * 1000)
        return Constraint(.share(thousandths: thousandths), minimum: minimum, importance: importance)
    }

    /// The same with room for what is at least `minimum` and at best `ideal` cells wide.
    func widened(minimum: Int, ideal: Int) -> Constraint {
        let least = max(self.minimum, minimum)
        guard case .upTo(let length) = growth else { return Constraint(growth, minimum: least, importance: importance) }
        return Constraint(.upTo(max(length, ideal, least)), minimum: least, importance: importance)
    }

    /// A share of what is left over, in proportion to `weight`.
    public static func fill(_ weight: Int = 1, minimum: Int = 0, importance: Int = required) -> Constraint {
        Constraint(.fill(weight: max(1, weight)), minimum: minimum, importance: importance)
    }
}

/// Divides a rectangle into parts along one axis.
///
/// Parts keep their order, never overlap and never leave the rectangle. When the minimums do not fit, the least
/// important part is dropped, then the next, until they do (of equals, the last one goes first). Parts that are
/// `Constraint.required` stay; the last of them are cut if even they do not fit. What is left over goes first to the
/// parts that ask for a length or a share, the most important first, then to those that fill.
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

    /// A layout of one part per constraint, with `spacing` empty cells between parts that are shown.
    public init(_ axis: Axis, spacing: Int = 0, _ constraints: [Constraint]) {
        self.axis = axis
        self.spacing = max(0, spacing)
        self.constraints = constraints
    }

    /// One rectangle per constraint, in their order. A part that was dropped is empty.
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

    /// The length of each part in `total` cells; nil for a part that was dropped.
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

    /// Gives `left` cells to the filling parts by weight, the remainder one by one from the first.
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
