/// An input line: a text field with a label and a history.
public struct Prompt: Sendable {
    /// The effect of a key.
    public enum Outcome: Sendable, Hashable {
        /// The text changed.
        case edited
        /// The text did not change.
        case unchanged
        /// Enter was pressed, so the text is complete.
        case submitted(String)
        /// Escape or `^c` was pressed.
        case cancelled
        /// The prompt does not handle the key.
        case ignored
        /// The text would exceed its maximum length, so nothing changed.
        case full
    }

    /// The label before the field.
    public var label: SafeText
    /// The text field.
    public private(set) var field: TextField
    private var history: InputHistory

    /// Creates a prompt.
    /// - Parameters:
    ///   - label: The label before the field.
    ///   - text: The initial text.
    ///   - history: Earlier answers.
    ///   - maximumBytes: The maximum length of the text in bytes of UTF-8.
    public init(label: SafeText, text: String = "", history: InputHistory = InputHistory(), maximumBytes: Int = 4096) {
        self.label = label
        self.history = history
        field = TextField(text, maximumBytes: maximumBytes)
    }

    /// Creates a prompt with a suggested text, which typing replaces.
    public init(label: SafeText, suggestion: String, history: InputHistory = InputHistory()) {
        self.init(label: label, history: history)
        field.suggest(suggestion)
    }

    /// The current text.
    public var text: String { field.text }

    /// Handles a key.
    public mutating func handle(_ key: Key) -> Outcome {
        switch (key.code, key.modifiers) {
        case (.enter, []): return .submitted(field.text)
        case (.escape, []), (.character("c"), .control), (.character("g"), .control): return .cancelled
        case (.up, []), (.character("p"), .control): return recall(history.previous(current: field.text))
        case (.down, []), (.character("n"), .control): return recall(history.next())
        default: return edited(field.handle(key))
        }
    }

    /// Inserts pasted bytes as text.
    public mutating func insert(_ paste: Paste) -> Outcome {
        edited(field.insert(paste))
    }

    /// Replaces the text and puts the cursor at its end.
    public mutating func replace(with text: String) {
        history.stopRecalling()
        field.setText(text)
    }

    private mutating func edited(_ outcome: TextField.Outcome) -> Outcome {
        switch outcome {
        case .edited:
            history.stopRecalling()
            return .edited
        case .unchanged: return .unchanged
        case .ignored: return .ignored
        case .full: return .full
        }
    }

    private mutating func recall(_ text: String?) -> Outcome {
        guard let text else { return .unchanged }
        field.setText(text)
        return .edited
    }

    /// Draws the label and the field on the first row of `rect`.
    /// - Returns: The cell for the terminal's cursor; nil if there is no space.
    public func draw(
        into buffer: inout CellBuffer,
        in rect: Rect,
        style: Style = .plain,
        labelStyle: Style = Style(modifiers: .bold)
    ) -> Point? {
        let row = rect.row(0)
        guard !row.isEmpty else { return nil }
        buffer.clear(row, style: style)
        // Keep a few columns for the field.
        let label = label.truncated(to: max(0, row.width - 8))
        let used = buffer.write(label, at: row.origin, style: labelStyle, clip: row)
        let gap = used > 0 ? 1 : 0
        let space = Rect(x: row.x + used + gap, y: row.y, width: row.width - used - gap, height: 1)
        return field.draw(into: &buffer, in: space, style: style)
    }
}
