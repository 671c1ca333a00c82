import Settings
import TerminalUI

/// A text that completes what was typed.
struct CompletionRow: Sendable, Hashable {
    /// The text of the field after the row is taken.
    let text: String
    let label: SafeText
    /// The columns of the label that match what was typed.
    let marks: [Range<Int>]
    /// What is known about the text, in the columns of the list.
    var details: [StyledLine.Span] = []
    /// Whether the text needs nothing more.
    var isComplete = true

    /// - Parameters:
    ///   - shown: The text in the list; nil for `text`.
    ///   - pattern: What was typed. The marks show where `shown` matches it.
    init(_ text: String, shown: String? = nil, after suffix: SafeText = .empty, _ pattern: CompletionPattern) {
        self.text = text
        var shown = shown ?? text
        label = SafeText(untrusted: shown, maximumBytes: Self.shownBytes) + suffix
        let offsets = shown.withUTF8 { pattern.offsets(in: $0) }
        marks = Self.columns(offsets, in: shown)
    }

    /// The maximum number of bytes in the label.
    private static let shownBytes = 512

    /// Returns the columns of matching bytes in one pass over the text. Adjacent columns are joined.
    /// - Parameter offsets: The offsets of the bytes, ascending. Bytes inside a character mark the whole character.
    private static func columns(_ offsets: [Int], in text: String) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var rest = offsets[...]
        var (column, start) = (0, 0)
        for character in text {
            guard let next = rest.first, start < shownBytes else { break }
            let end = start + character.utf8.count
            let width = SafeText(untrusted: String(character)).width
            if next < end {
                if let last = ranges.last, last.upperBound == column {
                    ranges[ranges.count - 1] = last.lowerBound..<column + width
                } else {
                    ranges.append(column..<column + width)
                }
                rest = rest.drop { $0 < end }
            }
            (column, start) = (column + width, end)
        }
        return ranges
    }
}

/// The texts that complete what was typed, the best first.
struct CompletionList: Sendable {
    /// A column of details.
    struct Column: Sendable, Hashable {
        var alignment = Alignment.left
        /// If there is too little space, the least important columns are left out.
        let importance: Int
        /// Whether the column takes the space that is left. Otherwise the labels take it.
        var fills = false
    }

    /// The maximum number of rows.
    static let limit = 50

    var rows: [CompletionRow] = []
    /// The number of texts that match; more than ``rows`` if there are too many.
    var count = 0
    /// The longest common beginning of the texts that begin with what was typed; nil if there are none.
    var common: String?
    var columns: [Column] = []
    /// Whether other texts are valid too, such as a new topic. Tab then does not replace what was typed by a similar text.
    var acceptsOthers = false

    static let empty = CompletionList()

    init() {}

    /// Creates a list of words in their order.
    init(
        _ words: some Sequence<String>,
        for text: String,
        row: (String, CompletionPattern) -> CompletionRow = { CompletionRow($0, $1) }
    ) {
        let pattern = CompletionPattern(text)
        var ranking = CompletionRanking<String>(limit: Self.limit, typed: text)
        for var word in words {
            word.withUTF8 { bytes in
                guard let match = pattern.match(bytes) else { return }
                ranking.add(String(decoding: bytes, as: UTF8.self), match, weight: 0, text: bytes)
            }
        }
        rows = ranking.best.map { row($0, pattern) }
        count = ranking.count
        common = ranking.common.flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Returns the list for a field that begins with other words.
    func following(_ start: String) -> CompletionList {
        var list = self
        list.rows = rows.map { $0.following(start) }
        list.common = common.map { start + $0 }
        return list
    }
}

extension CompletionRow {
    fileprivate func following(_ start: String) -> CompletionRow {
        CompletionRow(text: start + text, label: label, marks: marks, details: details, isComplete: isComplete)
    }

    private init(text: String, label: SafeText, marks: [Range<Int>], details: [StyledLine.Span], isComplete: Bool) {
        (self.text, self.label, self.marks, self.details) = (text, label, marks, details)
        self.isComplete = isComplete
    }
}
