/// Text that is safe to draw, log or print: the only kind a `CellBuffer` takes.
///
/// It holds no control character, nothing invisible and nothing that changes the direction of text. Where the source
/// had such a thing, an escape stands for it (`^[`, `<U+202E>`, `\x9F`), and the text remembers which parts are escapes
/// so that they can be drawn in a style that text itself cannot have.
///
/// There are three ways to make one:
/// - `SafeText(untrusted:)` for everything that came from a wire, a file or a user;
/// - a literal, for the program's own words. A literal may interpolate safe texts, whole numbers and
///   `\(untrusted: name)`, and nothing else;
/// - the formatters (`SafeText.rate(_:)` and the like).
public struct SafeText: Hashable, Sendable {
    /// The text with its escapes, as plain output and logs show it.
    public private(set) var plain: String
    /// Columns the text takes.
    public private(set) var width: Int
    /// Which parts of `plain` are escapes, as UTF-8 offsets: ascending, not touching.
    var escapes: [Range<Int>]

    init(plain: String, width: Int, escapes: [Range<Int>]) {
        self.plain = plain
        self.width = width
        self.escapes = escapes
    }

    /// No text.
    public static let empty = SafeText(plain: "", width: 0, escapes: [])

    /// True if there is nothing to draw.
    public var isEmpty: Bool { plain.isEmpty }

    /// True if something of the source had to be escaped or was cut off.
    public var hasEscapes: Bool { !escapes.isEmpty }

    /// A stretch of text that is either all escape or all text.
    public struct Segment: Hashable, Sendable {
        /// What is shown.
        public let text: String
        /// True if this stands for something that cannot be shown.
        public let isEscape: Bool
    }

    /// The text cut where escapes begin and end.
    public var segments: [Segment] {
        var result: [Segment] = []
        let bytes = plain.utf8
        var index = bytes.startIndex
        var offset = 0
        func add(upTo end: Int, isEscape: Bool) {
            guard end > offset else { return }
            let next = bytes.index(index, offsetBy: end - offset)
            result.append(Segment(text: String(plain[index..<next]), isEscape: isEscape))
            (index, offset) = (next, end)
        }
        for escape in escapes {
            add(upTo: escape.lowerBound, isEscape: false)
            add(upTo: escape.upperBound, isEscape: true)
        }
        add(upTo: bytes.count, isEscape: false)
        return result
    }

    /// Adds `other` at the end.
    public mutating func append(_ other: SafeText) {
        let offset = plain.utf8.count
        for escape in other.escapes {
            let moved = escape.lowerBound + offset..<escape.upperBound + offset
            if let last = escapes.last, last.upperBound == moved.lowerBound {
                escapes[escapes.count - 1] = last.lowerBound..<moved.upperBound
            } else {
                escapes.append(moved)
            }
        }
        plain += other.plain
        width += other.width
    }

    /// The two texts in a row.
    public static func + (left: SafeText, right: SafeText) -> SafeText {
        var result = left
        result.append(right)
        return result
    }

    /// Adds `right` at the end of `left`.
    public static func += (left: inout SafeText, right: SafeText) {
        left.append(right)
    }
}

extension SafeText: CustomStringConvertible {
    /// The same as `plain`.
    public var description: String { plain }
}

extension Sequence where Element == SafeText {
    /// The texts in a row with `separator` between them.
    public func joined(separator: SafeText = .empty) -> SafeText {
        var result = SafeText.empty
        var isFirst = true
        for text in self {
            if !isFirst { result.append(separator) }
            result.append(text)
            isFirst = false
        }
        return result
    }
}
