import TextCoding

/// Reads JSON in a single pass without building a tree.
///
/// It reads answers from untrusted peers: the sizes of nesting, texts and fields are bounded, there is no recursion, and
/// the time is linear in the number of bytes. Values that are not requested are skipped and not kept.
struct JSONReader {
    enum ParseError: Error, Equatable {
        /// The bytes end inside a value.
        case end
        case malformed
        /// Arrays and objects are nested deeper than ``maximumDepth``.
        case tooDeep
    }

    /// The maximum nesting depth of arrays and objects. The answers of a server have four levels.
    static let maximumDepth = 32
    /// The maximum length of a field name. Longer names are not known fields.
    private static let maximumName = 64
    /// The maximum length of a number.
    private static let maximumNumber = 64

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    // MARK: Objects and arrays

    /// Reads an object.
    /// - Parameter field: Called after the name of each field. It must read or skip the value.
    mutating func object(
        _ field: (_ name: String, _ reader: inout JSONReader) throws(ParseError) -> Void
    ) throws(ParseError) {
        guard try peek() == UInt8(ascii: "{") else { throw .malformed }
        try sequence(before: UInt8(ascii: "}")) { reader throws(ParseError) in try field(try reader.name(), &reader) }
    }

    /// Reads an array.
    /// - Parameter element: Called for each element. It must read or skip it.
    mutating func array(_ element: (inout JSONReader) throws(ParseError) -> Void) throws(ParseError) {
        guard try peek() == UInt8(ascii: "[") else { throw .malformed }
        try sequence(before: UInt8(ascii: "]"), element)
    }

    /// Reads a bracket, and fields or elements with commas between them up to the closing bracket.
    private mutating func sequence(
        before close: UInt8,
        _ next: (inout JSONReader) throws(ParseError) -> Void
    ) throws(ParseError) {
        position += 1
        var isFirst = true
        while try hasNext(before: close, isFirst: isFirst) {
            isFirst = false
            try next(&self)
        }
    }

    /// Returns the first byte of the next value without reading it.
    mutating func peek() throws(ParseError) -> UInt8 {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
        guard position < bytes.count else { throw .end }
        return bytes[position]
    }

    /// Returns whether another field or element follows, and reads the comma or the closing bracket.
    /// - Parameter isFirst: Whether nothing was read yet.
    private mutating func hasNext(before close: UInt8, isFirst: Bool) throws(ParseError) -> Bool {
        let byte = try peek()
        if byte == close {
            position += 1
            return false
        }
        if isFirst { return true }
        guard byte == UInt8(ascii: ",") else { throw .malformed }
        position += 1
        // A trailing comma is malformed: a closing bracket follows where a value should begin.
        guard try peek() != close else { throw .malformed }
        return true
    }

    /// Reads the name of a field and the colon after it.
    private mutating func name() throws(ParseError) -> String {
        guard try peek() == UInt8(ascii: "\"") else { throw .malformed }
        let name = try text(atMost: Self.maximumName)
        guard try peek() == UInt8(ascii: ":") else { throw .malformed }
        position += 1
        return name.isCut ? "" : name.text
    }

    // MARK: Values

    /// Reads the next value. Arrays and objects are skipped.
    /// - Parameter limit: The maximum number of bytes to keep of a text.
    mutating func scalar(atMost limit: Int) throws(ParseError) -> JSONScalar {
        switch try peek() {
        case UInt8(ascii: "\""):
            let text = try text(atMost: limit)
            return .text(text.text, isCut: text.isCut)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try skip()
            return .other
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try number())
        default:
            return try word()
        }
    }

    /// Skips the next value of any type.
    mutating func skip() throws(ParseError) {
        var depth = 0
        repeat {
            switch try peek() {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= Self.maximumDepth else { throw .tooDeep }
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { throw .malformed }
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw .malformed }
                position += 1
            case UInt8(ascii: "\""): _ = try text(atMost: 0)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try number()
            default: _ = try word()
            }
        } while depth > 0
    }

    /// Skips the next value, and returns the range of its bytes.
    mutating func skippedBytes() throws(ParseError) -> Range<Int> {
        _ = try peek()
        let start = position
        try skip()
        return start..<position
    }

    /// Checks that only white space follows the value.
    mutating func finish() throws(ParseError) {
        do {
            _ = try peek()
        } catch {
            return
        }
        throw .malformed
    }

    private mutating func number() throws(ParseError) -> String {
        let start = position
        while position < bytes.count, Self.isPartOfNumber(bytes[position]) { position += 1 }
        guard position < bytes.count else { throw .end }
        guard position - start <= Self.maximumNumber else { throw .malformed }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func word() throws(ParseError) -> JSONScalar {
        for (word, value) in [("null", JSONScalar.null), ("true", .other), ("false", .other)] {
            let rest = bytes[position...]
            if rest.starts(with: word.utf8) {
                position += word.utf8.count
                return value
            }
            if rest.count < word.utf8.count, word.utf8.starts(with: rest) { throw .end }
        }
        throw .malformed
    }

    // MARK: Texts

    /// Reads the next text. Only the first bytes of a long text are kept.
    private mutating func text(atMost limit: Int) throws(ParseError) -> (text: String, isCut: Bool) {
        position += 1
        var text: [UInt8] = []
        var isCut = false
        while true {
            let start = position
            while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") {
                position += 1
            }
            guard position < bytes.count else { throw .end }
            let room = limit - text.count
            text += bytes[start..<min(position, start + max(0, room))]
            isCut = isCut || position - start > room
            if bytes[position] == UInt8(ascii: "\"") { break }
            let escaped = try escape()
            if text.count + escaped.count <= limit { text += escaped } else { isCut = true }
        }
        position += 1
        return (String(decoding: text, as: UTF8.self), isCut)
    }

    /// Returns the UTF-8 of the character that an escape denotes; U+FFFD for half a surrogate pair.
    private mutating func escape() throws(ParseError) -> [UInt8] {
        guard position + 1 < bytes.count else { throw .end }
        let kind = bytes[position + 1]
        position += 2
        if let byte = JSONEscape.byte(for: kind) { return [byte] }
        guard kind == UInt8(ascii: "u") else { throw .malformed }
        var unit = try hexadecimal()
        if unit & 0xFC00 == 0xD800, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let before = position
            position += 2
            let low = try hexadecimal()
            if low & 0xFC00 == 0xDC00 {
                unit = 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
            } else {
                position = before
            }
        }
        return Array(String(Character(Unicode.Scalar(unit) ?? "\u{FFFD}")).utf8)
    }

    private mutating func hexadecimal() throws(ParseError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw .end }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = hexadecimalDigit(byte) else { throw .malformed }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }
}

/// A value that is not an array or an object.
enum JSONScalar: Equatable {
    case null
    /// A text. `isCut` is true if only its beginning is kept.
    case text(String, isCut: Bool)
    /// A number as written.
    case number(String)
    /// A truth value, an array or an object.
    case other
}
