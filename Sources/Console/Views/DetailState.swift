import Settings
import TerminalUI

/// The scroll position of details, and the selected one of the rows that can be opened.
struct DetailState<ID: Hashable & Sendable>: Sendable {
    private(set) var scroll = ScrollState()
    private var lineCount = 0
    /// The number of visible rows.
    private var height = 1
    /// What the details describe.
    private var shown: ID?
    /// The rows that can be opened.
    private var jumps: [(line: Int, jump: Jump)] = []
    /// The position of the selected one among them; nil if there is none.
    private var selected: Int?

    /// The keys of the details for the bottom row.
    var hints: [(action: KeyAction, label: SafeText)] {
        let all: [(action: KeyAction, label: SafeText)] = [(.open, "follow"), (.back, "back"), (.nextPane, "pane")]
        return selected == nil ? Array(all.dropFirst()) : all
    }

    /// Updates the state for the details. The details of something else begin at the top.
    mutating func refresh(_ id: ID?, _ lines: [StyledLine], height: Int) {
        let jumps = lines.enumerated().compactMap { line, text in text.jump.map { (line: line, jump: $0) } }
        refresh(id, lineCount: lines.count, jumps, height: height)
    }

    /// Updates the state for details of this number of rows.
    mutating func refresh(_ id: ID?, lineCount: Int, _ jumps: [(line: Int, jump: Jump)] = [], height: Int) {
        if id != shown {
            scroll.scrollToTop()
            selected = nil
        }
        shown = id
        self.lineCount = lineCount
        self.height = max(1, height)
        self.jumps = jumps
        selected = jumps.isEmpty ? nil : min(selected ?? 0, jumps.count - 1)
        scroll.update(count: lineCount, height: self.height)
    }

    /// Returns what an action opens.
    func jump(for action: KeyAction) -> Jump? {
        guard action == .open, let selected else { return nil }
        return jumps[selected].jump
    }

    /// Selects the next row that can be opened, or scrolls.
    /// - Returns: Whether the action was a move.
    mutating func handle(_ action: KeyAction) -> Bool {
        if action == .down || action == .up, move(by: action == .down ? 1 : -1) { return true }
        return scroll.handle(action, count: lineCount, height: height)
    }

    /// Moves to the next or previous row that can be opened, if it is visible or the next to become visible.
    private mutating func move(by step: Int) -> Bool {
        guard let selected, jumps.indices.contains(selected + step) else { return false }
        let line = jumps[selected + step].line
        guard line >= scroll.offset - 1, line <= scroll.offset + height else { return false }
        self.selected = selected + step
        if line < scroll.offset { scroll.scroll(by: -1, count: lineCount, height: height) }
        if line >= scroll.offset + height { scroll.scroll(by: 1, count: lineCount, height: height) }
        return true
    }

    /// Draws the visible rows.
    /// - Parameter isFocused: Whether the selected row is marked.
    func draw(_ lines: [StyledLine], isFocused: Bool, into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
        for (index, line) in lines.dropFirst(scroll.offset).prefix(rect.height).enumerated() {
            line.draw(into: &buffer, in: rect.row(index), theme: theme)
            guard isFocused, let selected, jumps[selected].line == scroll.offset + index else { continue }
            buffer.restyle(rect.row(index), with: theme[.selection])
        }
    }
}
