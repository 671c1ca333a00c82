import TerminalUI

/// A dialog with a list of which one entry is chosen.
struct PickList<ID: Hashable & Sendable>: Sendable {
    /// What a key did.
    enum Outcome {
        case chosen(ID)
        case cancelled
        /// The key moved the selection, or means nothing here.
        case stays
    }

    private var list = ListState<ID>()

    /// - Parameter selected: The entry to begin with; nil for the first.
    init(selected: ID? = nil) {
        if let selected { list.select(selected) }
    }

    /// The selected entry, as the list was last seen.
    var selection: ID? { list.selection }

    /// Fits the selection to the entries there are now.
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
    ///   - message: What is said above them.
    ///   - minimumWidth: Columns that the entries have at least.
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
        // Frame, hints and the line before them.
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
