/// What a part of the screen is to the mouse. Whoever draws it says so while drawing, so that no place is worked out twice.
public enum ClickTarget: Hashable, Sendable {
    /// A row of the list that the view selects in, by its position.
    case row(Int)
    /// A part of the view that can be made the one that moves.
    case pane(Int)
    /// The name of a view, by its position.
    case tab(Int)
}

/// Where on a buffer something can be clicked.
struct ClickArea: Hashable, Sendable {
    let rect: Rect
    let target: ClickTarget
}

extension CellBuffer {
    /// Says what a part of the buffer is to the mouse.
    public mutating func mark(_ rect: Rect, as target: ClickTarget) {
        clickAreas.append(ClickArea(rect: rect, target: target))
    }

    /// What is at `point`, the last marked first.
    public func targets(at point: Point) -> [ClickTarget] {
        clickAreas.reversed().filter { $0.rect.contains(point) }.map(\.target)
    }
}
