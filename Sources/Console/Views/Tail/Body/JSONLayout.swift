import Settings
import TerminalUI

/// Formats JSON (RFC 8259) with two spaces per level. Values are not parsed: numbers keep their digits, strings their escapes,
/// and objects the order of their keys.
struct JSONLayout {
    /// The reason why bytes are not JSON.
    struct ParseError: Error, Hashable {
        let reason: SafeText
        let position: Int
    }

    /// The maximum depth of nesting.
    private static let depthLimit = 128

    private let bytes: [UInt8]
    private var position = 0
    private let maximumRows: Int
    private var lines: [StyledLine] = []
    private var line = StyledLine()

    private init(_ bytes: [UInt8], maximumRows: Int) {
        self.bytes = bytes
        self.maximumRows = maximumRows
    }

    /// Whether the maximum number of rows is reached. The rest is only checked.
    private var isFull: Bool { lines.count >= maximumRows }

    /// Returns the first `maximumRows` rows of the document. The whole document is checked.
    /// - Throws: ``ParseError`` if the bytes are not an object or an array. Other JSON values are shown as text.
    static func lines(_ bytes: [UInt8], maximumRows: Int = .max) throws(ParseError) -> [StyledLine] {
        var layout = JSONLayout(bytes, maximumRows: maximumRows)
        layout.skipBlanks()
        guard layout.peek == UInt8(ascii: "{") || layout.peek == UInt8(ascii: "[") else {
            throw layout.failure("neither an object nor an array")
        }
        try layout.value(depth: 0)
        layout.skipBlanks()
        guard layout.position == bytes.count else { throw layout.failure("unexpected text after the end") }
        layout.endLine(indent: 0)
        return layout.lines
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ reason: SafeText) -> ParseError { ParseError(reason: reason, position: position) }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D { position += 1 }
    }

    // MARK: Rows

    private mutating func endLine(indent: Int) {
        guard !isFull else { return }
        lines.append(line)
        line = StyledLine()
        if indent > 0 { line.append(SafeText(repeating: "  ", count: indent), .text) }
    }

    private mutating func write(_ range: Range<Int>, _ role: ThemeRole) {
        guard !isFull else { return }
        line.append(SafeText(untrustedBytes: bytes[range]), role)
    }

    private mutating func punctuation(_ text: SafeText) {
        guard !isFull else { return }
        line.append(text, .jsonPunctuation)
    }

    // MARK: Grammar

    private mutating func value(depth: Int) throws(ParseError) {
        guard depth < Self.depthLimit else { throw failure("too many levels") }
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): try container(close: UInt8(ascii: "}"), depth: depth, isObject: true)
        case UInt8(ascii: "["): try container(close: UInt8(ascii: "]"), depth: depth, isObject: false)
        case UInt8(ascii: "\""): write(try string(), .jsonString)
        case UInt8(ascii: "-"), .some(0x30...0x39): write(try number(), .jsonNumber)
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case .some: throw failure("not the beginning of a value")
        case nil: throw failure("unexpected end")
        }
    }

    private mutating func container(close: UInt8, depth: Int, isObject: Bool) throws(ParseError) {
        position += 1
        skipBlanks()
        if peek == close {
            position += 1
            return punctuation(isObject ? "{}" : "[]")
        }
        punctuation(isObject ? "{" : "[")
        while true {
            endLine(indent: depth + 1)
            if isObject { try key() }
            try value(depth: depth + 1)
            skipBlanks()
            if peek == close { break }
            guard peek == UInt8(ascii: ",") else { throw failure("a comma or the closing bracket is missing") }
            punctuation(",")
            position += 1
        }
        position += 1
        endLine(indent: depth)
        punctuation(isObject ? "}" : "]")
    }

    private mutating func key() throws(ParseError) {
        skipBlanks()
        guard peek == UInt8(ascii: "\"") else { throw failure("a key must be a string") }
        write(try string(), .jsonKey)
        skipBlanks()
        guard peek == UInt8(ascii: ":") else { throw failure("a colon is missing") }
        position += 1
        punctuation(": ")
    }

    /// Returns the range of a string with its quotes.
    private mutating func string() throws(ParseError) -> Range<Int> {
        let start = position
        position += 1
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return start..<position
            case UInt8(ascii: "\\"): position += 2
            case ..<0x20: throw failure("a control character in a string")
            default: position += 1
            }
        }
        position = min(position, bytes.count)
        throw failure("a string is not terminated")
    }

    private mutating func digits() throws(ParseError) {
        guard let first = peek, (0x30...0x39).contains(first) else { throw failure("a digit is missing") }
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
    }

    private mutating func number() throws(ParseError) -> Range<Int> {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        let isZero = peek == UInt8(ascii: "0")
        let first = position
        try digits()
        if isZero, position > first + 1 {
            position = first
            throw failure("a number must not begin with 0")
        }
        if peek == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return start..<position
    }

    private mutating func literal(_ word: StaticString) throws(ParseError) {
        let end = position + word.utf8CodeUnitCount
        let isHere = word.withUTF8Buffer { end <= bytes.count && bytes[position..<end].elementsEqual($0) }
        guard isHere else { throw failure("not the beginning of a value") }
        write(position..<end, .jsonLiteral)
        position = end
    }
}
