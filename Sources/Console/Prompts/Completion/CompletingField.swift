import TerminalUI

/// A text field with a list of texts that complete it.
///
/// Down moves into the list, and up out of it and then to earlier answers. Tab takes what all texts of the list have in common,
/// then moves through the list. Enter takes the selected row.
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
            // A recalled answer is left first.
            if selection == nil, pass(key) == .edited { return .edited }
            select(min((selection ?? -1) + 1, list.rows.count - 1))
        case (.pageUp, []) where selection != nil: select(max(0, (selection ?? 0) - 5))
        case (.pageDown, []): select(min((selection ?? -1) + 5, list.rows.count - 1))
        case (.tab, []): return complete()
        case (.backTab, []) where selection != nil: select(((selection ?? 0) - 1 + list.rows.count) % list.rows.count)
        case (.escape, []) where selection != nil: selection = nil
        case (.enter, []):
            guard let row = selectedRow else { return pass(key) }
            prompt.replace(with: row.text)
            return .taken(row)
        default: return pass(key)
        }
        return .unchanged
    }

    mutating func insert(_ paste: Paste) { _ = prompt.insert(paste) }

    mutating func replace(with text: String) { prompt.replace(with: text) }

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
        guard !field.isSuggestion else { return .isWhole }
        if selection == nil, let common = list.common, common.utf8.count > text.utf8.count, common.hasPrefix(text) {
            prompt.replace(with: common)
            return .edited
        }
        guard !list.rows.isEmpty, !list.rows.contains(where: { $0.text.utf8.elementsEqual(text.utf8) }) else { return .isWhole }
        if selection == nil, list.rows.count == 1 {
            prompt.replace(with: list.rows[0].text)
            return .edited
        }
        select(((selection ?? -1) + 1) % list.rows.count)
        return .unchanged
    }
}
