/// Text that is safe to draw, log or print. A `CellBuffer` accepts no other text.
///
/// It contains no control characters, no invisible characters and no characters that change the direction of text. In their
/// place it has escapes (`^[`, `<U+202E>`, `\x9F`). It records which parts are escapes, so that they can be drawn in a
/// style that ordinary text cannot have.
///
/// There are three ways to create one:
/// - `SafeText(untrusted:)` for all text from the network, a file or a user;
/// - a literal, for the program's own words. A literal may interpolate only safe texts, whole numbers and `\(untrusted:
///   name)`;
/// - the formatters (`SafeText.rate(_:)` and others).
public struct SafeText: Hashable, Sendable {
    /// The text with its escapes, for plain output and logs.
    public private(set) var plain: String
    /// The number of columns of the text.
    public private(set) var width: Int
    /// The parts of `plain` that are escapes, as UTF-8 offsets, ascending and not adjacent.
    var escapes: [Range<Int>]

    init(plain: String, width: Int, escapes: [Range<Int>]) {
        self.plain = plain
        self.width = width
        self.escapes = escapes
    }

    /// The empty text.
    public static let empty = SafeText(plain: "", width: 0, escapes: [])

    /// True if there is nothing to draw.
    public var isEmpty: Bool { plain.isEmpty }

    /// True if a part of the source was escaped or cut off.
    public var hasEscapes: Bool { !escapes.isEmpty }

    /// A part of the text that is either an escape or ordinary text.
    public struct Segment: Hashable, Sendable {
        /// The visible text.
        public let text: String
        /// True if the segment represents characters that cannot be shown.
        public let isEscape: Bool
    }

    /// The text divided where escapes begin and end.
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

    /// Returns the concatenation of two texts.
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
    /// Returns the concatenation of the texts with `separator` between them.
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
