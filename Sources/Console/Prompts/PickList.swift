import TerminalUI

/// A dialog to choose one entry of a list.
struct PickList<ID: Hashable & Sendable>: Sendable {
    /// The outcome of a key.
    enum Outcome {
        case chosen(ID)
        case cancelled
        /// The dialog stays open: the key moved the selection or has no effect.
        case stays
    }

    private var list = ListState<ID>()

    /// - Parameter selected: The entry that is selected first; nil for the first entry.
    init(selected: ID? = nil) {
        if let selected { list.select(selected) }
    }

    var selection: ID? { list.selection }

    /// Updates the selection for the current entries.
    mutating func update(_ ids: [ID]) {
        list.update(ids, height: ids.count)
    }

    mutating func handle(_ key: Key, in ids: [ID], _ data: DashboardData) -> Outcome {
        update(ids)
        switch (key.code, key.modifiers) {
        case (.escape, []), (.character("q"), []), (.character("c"), .control): return .cancelled
        case (.enter, []): return list.selection.map { .chosen($0) } ?? .cancelled
        default:
            if let action = data.keys.action(for: key, in: .everywhere) {
                _ = list.handle(action, in: ids, height: ids.count)
            }
            return .stays
        }
    }

    /// Draws the dialog in the middle of `rect`.
    /// - Parameters:
    ///   - entries: The entries with their texts.
    ///   - message: The text above the entries.
    ///   - minimumWidth: The minimum width of the entries, in columns.
    func draw(
        _ entries: [(id: ID, text: SafeText)],
        title: SafeText,
        message: [SafeText] = [],
        hints: [KeyHints.Hint],
        minimumWidth: Int = 0,
        theme: Theme,
        into buffer: inout CellBuffer,
        in rect: Rect
    ) {
        var list = list
        // Six rows are for the frame, the hints and the line above them.
        let rows = min(entries.count, max(1, rect.height - 6))
        list.update(entries.map(\.id), height: rows)
        let width = max(minimumWidth, (entries.map(\.text.width).max() ?? 0) + 2)
        let inside = Dialog(
            title: title,
            message: message,
            hints: KeyHints(hints, keyStyle: theme[.key]),
            styles: .dialog(theme)
        ).draw(into: &buffer, in: rect, contentSize: Size(width: width, height: rows))
        for (line, index) in entries.indices.dropFirst(list.offset).prefix(inside.height).enumerated() {
            let isSelected = index == list.index
            let mark = isSelected ? buffer.glyphs.selection + " " : "  "
            buffer.write(mark + entries[index].text, in: inside.row(line))
            if isSelected { buffer.restyle(inside.row(line), with: theme[.selection]) }
        }
    }
}
