/// The meaning of a part of the screen for the mouse. Drawing code marks it while drawing, so that positions are computed
/// only once.
public enum ClickTarget: Hashable, Sendable {
    /// A row of the list with the view's selection, by its position.
    case row(Int)
    /// A part of the view that can receive the focus.
    case pane(Int)
    /// A tab in the list of views, by its position.
    case tab(Int)
}

/// An area of a buffer that can be clicked.
struct ClickArea: Hashable, Sendable {
    let rect: Rect
    let target: ClickTarget
}

extension CellBuffer {
    /// Marks a part of the buffer as a click target.
    public mutating func mark(_ rect: Rect, as target: ClickTarget) {
        clickAreas.append(ClickArea(rect: rect, target: target))
    }

    /// Returns the targets at `point`, the last marked first.
    public func targets(at point: Point) -> [ClickTarget] {
        clickAreas.reversed().filter { $0.rect.contains(point) }.map(\.target)
    }
}
