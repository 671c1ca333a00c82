import Settings
import TerminalUI

extension ListState {
    /// Moves the selection for a global move action.
    /// - Returns: Whether the action was a move.
    mutating func handle(_ action: KeyAction, in ids: some RandomAccessCollection<ID>, height: Int) -> Bool {
        let page = max(1, height - 1)
        switch action {
        case .up: move(by: -1, in: ids, height: height)
        case .down: move(by: 1, in: ids, height: height)
        case .pageUp: move(by: -page, in: ids, height: height)
        case .pageDown: move(by: page, in: ids, height: height)
        case .halfPageUp: move(by: -max(1, height / 2), in: ids, height: height)
        case .halfPageDown: move(by: max(1, height / 2), in: ids, height: height)
        case .first: moveToFirst(in: ids, height: height)
        case .last: moveToLast(in: ids, height: height)
        default: return false
        }
        return true
    }
}

extension ListState {
    /// Selects the row at a position, for the mouse.
    /// - Returns: Whether the row was already selected.
    mutating func select(position: Int, in ids: some RandomAccessCollection<ID>, height: Int) -> Bool {
        guard position >= 0, position < ids.count else { return false }
        let id = ids[ids.index(ids.startIndex, offsetBy: position)]
        guard id != selection else { return true }
        select(id)
        update(ids, height: height)
        return false
    }
}

extension ScrollState {
    /// Scrolls for a global move action.
    /// - Returns: Whether the action was a move.
    mutating func handle(_ action: KeyAction, count: Int, height: Int) -> Bool {
        let page = max(1, height - 1)
        switch action {
        case .up: scroll(by: -1, count: count, height: height)
        case .down: scroll(by: 1, count: count, height: height)
        case .pageUp: scroll(by: -page, count: count, height: height)
        case .pageDown: scroll(by: page, count: count, height: height)
        case .halfPageUp: scroll(by: -max(1, height / 2), count: count, height: height)
        case .halfPageDown: scroll(by: max(1, height / 2), count: count, height: height)
        case .first: scrollToTop()
        case .last: scrollToEnd(count: count, height: height, follow: false)
        default: return false
        }
        return true
    }
}
