/// A text being edited, with a cursor. The unit of editing is the grapheme cluster.
///
/// The keys are those of readline. A single-line field accepts no newlines. A multiline field also handles `enter`, up and down.
public struct TextField: Sendable, Hashable {
    /// The effect of a key.
    public enum Outcome: Sendable, Hashable {
        /// The text changed.
        case edited
        /// The text did not change. The cursor may have moved.
        case unchanged
        /// The field does not handle the key. The caller may use it.
        case ignored
        /// The text would exceed its maximum length, so nothing changed.
        case full
    }

    /// The maximum length of a text in bytes of UTF-8, unless another one is given.
    public static let standardMaximumBytes = 4096

    /// True if the text may have several lines.
    public let isMultiline: Bool
    /// The maximum length of the text in bytes of UTF-8.
    public let maximumBytes: Int
    private var characters: [Character] = []
    /// The number of characters before the cursor.
    public private(set) var cursor = 0
    /// The length of the text in bytes of UTF-8.
    public private(set) var byteCount = 0
    /// The text that `^k`, `^u` or `^w` removed last, for `^y`.
    private var killed: [Character] = []
    /// Whether the text is a suggestion, which typing replaces. Any other key accepts it.
    public private(set) var isSuggestion = false

    /// Creates a field with `text` and the cursor at its end. Text beyond `maximumBytes` is dropped.
    public init(_ text: String = "", isMultiline: Bool = false, maximumBytes: Int = standardMaximumBytes) {
        self.isMultiline = isMultiline
        self.maximumBytes = max(0, maximumBytes)
        setText(text)
    }

    /// The current text.
    public var text: String { String(characters) }

    /// True if the text is empty.
    public var isEmpty: Bool { characters.isEmpty }

    /// True if the cursor is on the first line.
    public var isOnFirstLine: Bool { lineStart == 0 }

    /// True if the cursor is on the last line.
    public var isOnLastLine: Bool { lineEnd == characters.count }

    /// Replaces the text and puts the cursor at its end. Text beyond `maximumBytes` is dropped.
    public mutating func setText(_ text: String) {
        characters = []
        (byteCount, cursor, isSuggestion) = (0, 0, false)
        for character in allowed(text) {
            guard byteCount + character.utf8.count <= maximumBytes else { break }
            byteCount += character.utf8.count
            characters.append(character)
        }
        cursor = characters.count
    }

    /// Inserts text at the cursor, all of it or nothing.
    ///
    /// Control characters are removed. In a single-line field, a newline becomes a space. A paste is inserted in the same way, so
    /// a pasted byte is never treated as a key.
    @discardableResult
    public mutating func insert(_ text: String) -> Outcome {
        let range = isSuggestion ? 0..<characters.count : cursor..<cursor
        isSuggestion = false
        return replace(range, with: allowed(text))
    }

    /// Sets a suggestion, which typing replaces.
    public mutating func suggest(_ text: String) {
        setText(text)
        isSuggestion = !isEmpty
    }

    /// Inserts pasted bytes. See `insert(_:)`. Bytes that are not UTF-8 become U+FFFD.
    @discardableResult
    public mutating func insert(_ paste: Paste) -> Outcome {
        insert(String(decoding: paste.bytes, as: UTF8.self))
    }

    // MARK: Keys

    /// Handles a key.
    public mutating func handle(_ key: Key) -> Outcome {
        if case (.character, []) = (key.code, key.modifiers) {} else { isSuggestion = false }
        return switch (key.code, key.modifiers) {
        case (.character(let scalar), []): insert(String(Character(scalar)))
        case (.enter, []) where isMultiline: insert("\n")
        case (.left, []), (.character("b"), .control): move(to: cursor - 1)
        case (.right, []), (.character("f"), .control): move(to: cursor + 1)
        case (.up, []) where isMultiline: moveLine(by: -1)
        case (.down, []) where isMultiline: moveLine(by: 1)
        case (.home, []), (.character("a"), .control): move(to: lineStart)
        case (.end, []), (.character("e"), .control): move(to: lineEnd)
        case (.left, .control), (.left, .alt), (.character("b"), .alt): move(to: wordStart)
        case (.right, .control), (.right, .alt), (.character("f"), .alt): move(to: wordEnd)
        case (.backspace, []), (.character("h"), .control): delete(cursor - 1..<cursor)
        case (.delete, []), (.character("d"), .control): delete(cursor..<cursor + 1)
        case (.character("w"), .control): kill(spacedWordStart..<cursor)
        case (.backspace, .alt), (.backspace, .control): kill(wordStart..<cursor)
        case (.character("d"), .alt), (.delete, .control): kill(cursor..<wordEnd)
        case (.character("u"), .control): kill(lineStart..<cursor)
        case (.character("k"), .control): killToLineEnd()
        case (.character("y"), .control): replace(cursor..<cursor, with: killed)
        default: .ignored
        }
    }

    private mutating func move(to position: Int) -> Outcome {
        cursor = min(max(0, position), characters.count)
        return .unchanged
    }

    private mutating func moveLine(by lines: Int) -> Outcome {
        let column = cursor - lineStart
        if lines < 0 {
            guard lineStart > 0 else { return move(to: 0) }
            _ = move(to: lineStart - 1)
        } else {
            guard lineEnd < characters.count else { return move(to: characters.count) }
            _ = move(to: lineEnd + 1)
        }
        return move(to: min(lineStart + column, lineEnd))
    }

    private mutating func delete(_ range: Range<Int>) -> Outcome {
        replace(range.clamped(to: 0..<characters.count), with: [])
    }

    private mutating func kill(_ range: Range<Int>) -> Outcome {
        guard !range.isEmpty else { return .unchanged }
        killed = Array(characters[range])
        return replace(range, with: [])
    }

    /// Removes the rest of the line, or at the end of a line the newline.
    private mutating func killToLineEnd() -> Outcome {
        kill(cursor..<(lineEnd > cursor ? lineEnd : min(cursor + 1, characters.count)))
    }

    private mutating func replace(_ range: Range<Int>, with new: [Character]) -> Outcome {
        guard !range.isEmpty || !new.isEmpty else { return .unchanged }
        // Join the text again, because an inserted mark may combine with the character before it.
        let before = String(characters[..<range.lowerBound]) + String(new)
        let after = String(characters[range.upperBound...])
        let bytes = before.utf8.count + after.utf8.count
        guard bytes <= maximumBytes else { return .full }
        characters = Array(before + after)
        byteCount = bytes
        cursor = min(before.count, characters.count)
        return .edited
    }

    private func allowed(_ text: String) -> [Character] {
        text.compactMap { character in
            switch character {
            case "\r\n", "\n", "\r": return isMultiline ? "\n" : " "
            case "\t": return isMultiline ? "\t" : " "
            default:
                return character.unicodeScalars.contains(where: Self.isControl) ? nil : character
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    /// Returns whether a field would keep the text as it is, without dropping or replacing a character.
    public static func keeps(
        _ text: String,
        isMultiline: Bool = false,
        maximumBytes: Int = standardMaximumBytes
    ) -> Bool {
        text.utf8.count <= maximumBytes
            && text.unicodeScalars.allSatisfy { isMultiline && ($0 == "\n" || $0 == "\t") || !isControl($0) }
    }

    // MARK: Places

    private var lineStart: Int {
        characters[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0
    }

    private var lineEnd: Int {
        characters[cursor...].firstIndex(of: "\n") ?? characters.count
    }

    private var wordStart: Int {
        start(of: { $0.isLetter || $0.isNumber })
    }

    /// The start for `^w`, which removes everything back to a space, so that one press removes a whole topic.
    private var spacedWordStart: Int {
        start(of: { !$0.isWhitespace })
    }

    private func start(of isInside: (Character) -> Bool) -> Int {
        var position = cursor
        while position > 0, !isInside(characters[position - 1]) { position -= 1 }
        while position > 0, isInside(characters[position - 1]) { position -= 1 }
        return position
    }

    private var wordEnd: Int {
        let isInside: (Character) -> Bool = { $0.isLetter || $0.isNumber }
        var position = cursor
        while position < characters.count, !isInside(characters[position]) { position += 1 }
        while position < characters.count, isInside(characters[position]) { position += 1 }
        return position
    }

    /// Returns the lines and the position of the cursor in them.
    func layout() -> (lines: [ArraySlice<Character>], cursorLine: Int, cursorColumn: Int) {
        let lines = characters.split(separator: "\n", omittingEmptySubsequences: false)
        let line = characters[..<cursor].count { $0 == "\n" }
        return (lines, line, cursor - lineStart)
    }
}
