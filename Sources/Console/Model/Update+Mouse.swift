import Settings
import TerminalUI

// A click selects a row or opens a view. A click on the selected row opens it. The wheel scrolls the pane under the pointer.

extension ConsoleModel {
    /// The number of rows that one step of the wheel moves.
    private static let wheelStep = 3

    mutating func handle(_ mouse: MouseEvent) -> [Effect] {
        // Prompts take only keys.
        guard prompt == nil, !isTooSmall else { return [] }
        let targets = targets(at: mouse.position)
        for case .pane(let pane) in targets { views.current.focus(pane: pane) }
        switch mouse.action {
        case .scrollUp: return (0..<Self.wheelStep).flatMap { _ in perform(.up) }
        case .scrollDown: return (0..<Self.wheelStep).flatMap { _ in perform(.down) }
        case .press(.left): return click(targets)
        case .press(.middle), .press(.right), .release: return []
        }
    }

    private mutating func click(_ targets: [ClickTarget]) -> [Effect] {
        notice = nil
        for target in targets {
            switch target {
            case .tab(let index):
                views.open(at: index)
                trail.clear()
            case .row(let row): if views.current.select(row: row, data) { return perform(.open) }
            case .pane: continue
            }
            break
        }
        return []
    }

    /// Returns the click targets at a point of the current screen.
    private func targets(at point: Point) -> [ClickTarget] {
        var buffer = CellBuffer(size: size)
        _ = draw(self, into: &buffer)
        return buffer.targets(at: point)
    }
}
