import TerminalUI

/// A text field with a list of texts that complete it.
///
/// Down moves into the list. Up moves out of it and then to earlier answers. Tab takes the common beginning of the listed texts,
/// then moves through the list. If texts outside the list are valid too, tab enters the list only for texts that begin with what
/// was typed. Enter takes the selected row.
struct CompletingField: Sendable {
    /// The effect of a key.
    enum Outcome: Sendable, Hashable {
        case edited
        case unchanged
        /// The selected row was taken.
        case taken(CompletionRow)
        /// Enter was pressed without a selected row.
        case submitted(String)
        case cancelled
        /// Tab was pressed, and there is nothing to complete.
        case isWhole
    }

    /// Returns the texts that complete a text.
    typealias Source = @Sendable (_ text: String, DashboardData) -> CompletionList

    private(set) var prompt: Prompt
    private(set) var list = CompletionList.empty
    /// The selected row; nil while the keys move in the field.
    private(set) var selection: Int?
    private let source: Source
    private var made: Version?

    /// What the list depends on. The figures of topics change once a second.
    private struct Version: Sendable, Hashable {
        let text: [UInt8]
        let second: Int64
    }

    init(_ prompt: Prompt, _ source: @escaping Source) {
        self.prompt = prompt
        self.source = source
    }

    var text: String { prompt.text }
    var field: TextField { prompt.field }
    /// The row that enter takes.
    var selectedRow: CompletionRow? { selection.flatMap { list.rows.indices.contains($0) ? list.rows[$0] : nil } }

    /// Updates the list for the text. While a row is selected, the list stays as it is, so that the row stays in place.
    mutating func update(_ data: DashboardData) {
        // A suggested text is not typed. Typing replaces it, so the list is that of an empty field.
        let text = field.isSuggestion ? "" : text
        let version = Version(text: Array(text.utf8), second: data.now.uptime.components.seconds)
        guard version != made, selection == nil || version.text != made?.text else { return }
        made = version
        selection = nil
        list = source(text, data)
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> Outcome {
        update(data)
        let outcome = handle(key)
        update(data)
        return outcome
    }

    private mutating func handle(_ key: Key) -> Outcome {
        switch (key.code, key.modifiers) {
        case (.up, []), (.character("p"), .control):
            guard let selection else { return pass(key) }
            self.selection = selection > 0 ? selection - 1 : nil
        case (.down, []), (.character("n"), .control):
            // After an earlier answer was recalled, down moves to the newer ones.
            if selection == nil, pass(key) == .edited { return .edited }
            select(min((selection ?? -1) + 1, list.rows.count - 1))
        case (.pageUp, []) where selection != nil: select(max(0, (selection ?? 0) - 5))
        case (.pageDown, []): select(min((selection ?? -1) + 5, list.rows.count - 1))
        case (.tab, []): return complete()
        case (.backTab, []) where selection != nil: select(((selection ?? 0) - 1 + list.rows.count) % list.rows.count)
        case (.escape, []) where selection != nil: selection = nil
        case (.enter, []):
            guard let row = selectedRow else { return pass(key) }
            replace(with: row.text)
            return .taken(row)
        default: return pass(key)
        }
        return .unchanged
    }

    mutating func insert(_ paste: Paste) {
        selection = nil
        _ = prompt.insert(paste)
    }

    mutating func replace(with text: String) {
        selection = nil
        prompt.replace(with: text)
    }

    /// Clears the selection, because the list is no longer visible. Otherwise enter would take a row that is not shown.
    mutating func deselect() { selection = nil }

    private mutating func select(_ row: Int) {
        if list.rows.indices.contains(row) { selection = row }
    }

    private mutating func pass(_ key: Key) -> Outcome {
        switch prompt.handle(key) {
        case .edited: return .edited
        case .submitted(let text): return .submitted(text)
        case .cancelled: return .cancelled
        case .unchanged, .ignored, .full: return .unchanged
        }
    }

    private mutating func complete() -> Outcome {
        guard !field.isSuggestion else { return leave() }
        if selection == nil, let common = list.common, common.utf8.count > text.utf8.count, common.hasPrefix(text) {
            prompt.replace(with: common)
            return .edited
        }
        guard !list.rows.contains(where: { $0.text.utf8.elementsEqual(text.utf8) }) else { return leave() }
        let rows = list.rows.indices.filter { row in
            selection != nil || !list.acceptsOthers || list.rows[row].text.utf8.starts(with: text.utf8)
        }
        guard let first = rows.first else { return leave() }
        if selection == nil, rows.count == 1 {
            prompt.replace(with: list.rows[first].text)
            return .edited
        }
        select(rows.first { $0 > selection ?? -1 } ?? first)
        return .unchanged
    }

    private mutating func leave() -> Outcome {
        selection = nil
        return .isWhole
    }
}
