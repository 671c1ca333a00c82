/// Text being typed, with a cursor. Editing goes by characters as people see them (grapheme clusters).
///
/// The keys are those of readline. A field of one line takes no newline; one of several takes `enter` and arrows.
public struct TextField: Sendable, Hashable {
    /// What a key did to a field.
    public enum Outcome: Sendable, Hashable {
        /// The text changed.
        case edited
        /// The cursor moved, or a key had nothing to do.
        case unchanged
        /// The key is none of the field's; the caller may use it.
        case ignored
        /// The text would have become longer than allowed; nothing changed.
        case full
    }

    /// True if the text may have several lines.
    public let isMultiline: Bool
    /// The text holds at most this many bytes of UTF-8.
    public let maximumBytes: Int
    private var characters: [Character] = []
    /// How many characters are before the cursor.
    public private(set) var cursor = 0
    /// The length of the text in bytes of UTF-8.
    public private(set) var byteCount = 0
    /// What `^k`, `^u` and `^w` took last, for `^y`.
    private var killed: [Character] = []
    /// Whether the text is one that was offered: what is typed takes its place. Any other key makes it one's own.
    public private(set) var isSuggestion = false

    /// A field with `text` in it and the cursor at its end. Text beyond `maximumBytes` is left out.
    public init(_ text: String = "", isMultiline: Bool = false, maximumBytes: Int = 4096) {
        self.isMultiline = isMultiline
        self.maximumBytes = max(0, maximumBytes)
        setText(text)
    }

    /// What has been typed.
    public var text: String { String(characters) }

    /// True if nothing has been typed.
    public var isEmpty: Bool { characters.isEmpty }

    /// True if the cursor is on the first line, where up goes nowhere.
    public var isOnFirstLine: Bool { lineStart == 0 }

    /// True if the cursor is on the last line, where down goes nowhere.
    public var isOnLastLine: Bool { lineEnd == characters.count }

    /// Replaces the text and puts the cursor at its end. What does not fit in `maximumBytes` is left out.
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
    /// Control characters do not get in. A newline becomes a space in a field of one line. This is also how a paste
    /// gets in, so no pasted byte is ever taken for a key.
    @discardableResult
    public mutating func insert(_ text: String) -> Outcome {
        let range = isSuggestion ? 0..<characters.count : cursor..<cursor
        isSuggestion = false
        return replace(range, with: allowed(text))
    }

    /// Offers a text.
    public mutating func suggest(_ text: String) {
        setText(text)
        isSuggestion = !isEmpty
    }

    /// Inserts pasted bytes; see `insert(_:)`. Bytes that are not UTF-8 become U+FFFD.
    @discardableResult
    public mutating func insert(_ paste: Paste) -> Outcome {
        insert(String(decoding: paste.bytes, as: UTF8.self))
    }

    // MARK: Keys

    /// Does what `key` says.
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

    /// As in every editor with this key: at the end of a line it takes the newline.
    private mutating func killToLineEnd() -> Outcome {
        kill(cursor..<(lineEnd > cursor ? lineEnd : min(cursor + 1, characters.count)))
    }

    private mutating func replace(_ range: Range<Int>, with new: [Character]) -> Outcome {
        guard !range.isEmpty || !new.isEmpty else { return .unchanged }
        // Joined again, because an inserted mark may become one character with what is before it.
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
                let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
                return isControl ? nil : character
            }
        }
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

    /// `^w` takes everything back to a space, so that one press takes a whole topic.
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

    /// The lines, and where in them the cursor is.
    func layout() -> (lines: [ArraySlice<Character>], cursorLine: Int, cursorColumn: Int) {
        let lines = characters.split(separator: "\n", omittingEmptySubsequences: false)
        let line = characters[..<cursor].count { $0 == "\n" }
        return (lines, line, cursor - lineStart)
    }
}
