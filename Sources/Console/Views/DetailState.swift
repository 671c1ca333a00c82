import Settings
import TerminalUI

/// The rows of details with their scroll position, and the selected one of the rows that can be opened.
struct DetailState<ID: Hashable & Sendable>: Sendable {
    private(set) var lines: [StyledLine] = []
    private(set) var scroll = ScrollState()
    private var height = 1
    /// What the details describe.
    private var shown: ID?
    /// The rows that can be opened.
    private var jumps: [(line: Int, jump: Jump)] = []
    /// The position of the selected one among them; nil if there is none.
    private var selected: Int?

    /// The selected row that can be opened; nil if there is none, or it is not visible.
    private var current: (line: Int, jump: Jump)? {
        selected.map { jumps[$0] }.flatMap { isVisible($0.line) ? $0 : nil }
    }

    private func isVisible(_ line: Int) -> Bool { line >= scroll.offset && line < scroll.offset + height }

    /// The keys of the details for the bottom row.
    var hints: [(action: KeyAction, label: SafeText)] {
        let all: [(action: KeyAction, label: SafeText)] = [(.open, "follow"), (.back, "back"), (.nextPane, "pane")]
        return current == nil ? Array(all.dropFirst()) : all
    }

    /// Replaces the details. Those of something else begin at the top.
    mutating func refresh(_ id: ID?, _ lines: [StyledLine], height: Int) {
        if id != shown {
            scroll.scrollToTop()
            selected = nil
        }
        shown = id
        self.lines = lines
        self.height = max(1, height)
        jumps = lines.enumerated().compactMap { line, text in text.jump.map { (line: line, jump: $0) } }
        selected = jumps.isEmpty ? nil : min(selected ?? 0, jumps.count - 1)
        scroll.update(count: lines.count, height: self.height)
    }

    /// Returns what an action opens.
    func jump(for action: KeyAction) -> Jump? { action == .open ? current?.jump : nil }

    /// Selects the next row that can be opened, or scrolls. If the selected row leaves the screen, a visible one is selected.
    /// - Returns: Whether the action was a move.
    mutating func handle(_ action: KeyAction) -> Bool {
        if action == .down || action == .up, move(by: action == .down ? 1 : -1) { return true }
        guard scroll.handle(action, count: lines.count, height: height) else { return false }
        if current == nil, let visible = jumps.firstIndex(where: { isVisible($0.line) }) { selected = visible }
        return true
    }

    /// Moves to the next or previous row that can be opened, if it is visible or the next to become visible.
    private mutating func move(by step: Int) -> Bool {
        guard let selected, jumps.indices.contains(selected + step) else { return false }
        let line = jumps[selected + step].line
        guard line >= scroll.offset - 1, line <= scroll.offset + height else { return false }
        self.selected = selected + step
        if line < scroll.offset { scroll.scroll(by: -1, count: lines.count, height: height) }
        if line >= scroll.offset + height { scroll.scroll(by: 1, count: lines.count, height: height) }
        return true
    }

    /// Draws the visible rows.
    /// - Parameter isFocused: Whether the selected row is marked.
    func draw(isFocused: Bool, into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
        for (index, line) in lines.dropFirst(scroll.offset).prefix(rect.height).enumerated() {
            line.draw(into: &buffer, in: rect.row(index), theme: theme)
            guard isFocused, current?.line == scroll.offset + index else { continue }
            buffer.restyle(rect.row(index), with: theme[.selection])
        }
    }
}
