import TextCoding

/// Finds the line of every key and array element of a TOML document.
///
/// TOMLKit reports positions only for syntax errors, and does not limit the depth of dotted keys. The locator scans the text
/// before TOMLKit parses it. It does not validate the text: on invalid TOML it stops and never traps. It also stops where the
/// nesting is too deep. Its cost is linear in the length of the text.
struct TOMLLocator {
    /// The first line of each key or element, counted from 1.
    private(set) var lines: [TOMLPath: Int] = [:]
    /// The first line with a string that contains an escaped NUL, which TOMLKit would truncate.
    private(set) var firstLineWithEscapedNUL: Int?
    /// The line where the scan ended because more than ``TOMLDocument/depthLimit`` keys and indices lead to a value.
    private(set) var firstLineTooDeep: Int?

    /// The first line where a key is missing. TOMLKit crashes on some such texts, for example `[[é]]`.
    private(set) var firstLineWithoutKey: Int?

    /// The first line with a value outside quotes that is neither a number nor a word. TOMLKit crashes on some dates with
    /// blanks, and no setting is a date.
    private(set) var firstLineWithoutValue: Int?

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var elementCounts: [TOMLPath: Int] = [:]

    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func scan() {
        var table = TOMLPath.root
        while skipBlank(), let byte = peek() {
            let start = position
            if byte == UInt8(ascii: "[") {
                table = scanHeader()
            } else {
                scanPair(in: table)
            }
            if position == start { advance() }
        }
    }

    /// Letters, digits, `_` and `-`: TOML 1.0.0, "Keys".
    static func isBareKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

// MARK: - Structure

extension TOMLLocator {
    /// `[a.b]` or `[[a.b]]`. A key of an array of tables refers to its last element so far.
    private mutating func scanHeader() -> TOMLPath {
        let headerLine = line
        advance()
        let isElement = peek() == UInt8(ascii: "[")
        if isElement { advance() }
        var path = TOMLPath.root
        let keys = scanDottedKey()
        for (offset, key) in keys.enumerated() {
            path = path.appending(key)
            guard isWithinLimit(path) else { return path }
            note(path, headerLine)
            if isElement, offset == keys.count - 1 {
                let index = elementCounts[path, default: 0]
                elementCounts[path] = index + 1
                path = path.appending(index)
                guard isWithinLimit(path) else { return path }
                note(path, headerLine)
            } else if let count = elementCounts[path] {
                path = path.appending(count - 1)
            }
        }
        while let byte = peek(), byte == UInt8(ascii: "]") || isSpace(byte) { advance() }
        return path
    }

    private mutating func scanPair(in table: TOMLPath) {
        var path = table
        let keyLine = line
        for key in scanDottedKey() {
            path = path.appending(key)
            guard isWithinLimit(path) else { return }
            note(path, keyLine)
        }
        skipSpaces()
        if peek() == UInt8(ascii: "=") {
            advance()
        } else if firstLineWithoutKey == nil {
            firstLineWithoutKey = line
        }
        skipSpaces()
        scanValue(at: path)
    }

    private mutating func scanValue(at path: TOMLPath) {
        switch peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            _ = scanString()
        case UInt8(ascii: "["):
            scanArray(at: path)
        case UInt8(ascii: "{"):
            scanInlineTable(at: path)
        default:
            let start = position
            let startLine = line
            while let byte = peek(), !isEndOfBareValue(byte) { advance() }
            if !isPlainValue(bytes[start..<position]), firstLineWithoutValue == nil { firstLineWithoutValue = startLine }
        }
    }

    /// Whether the value has only characters of numbers, `true`, `inf` and the like, and is not a date.
    private func isPlainValue(_ value: ArraySlice<UInt8>) -> Bool {
        var value = value
        while let last = value.last, isSpace(last) || last == UInt8(ascii: "\r") { value.removeLast() }
        var before = UInt8(ascii: "e")
        for byte in value {
            switch byte {
            // A sign comes first or follows the e of an exponent. Elsewhere it is part of a date.
            case UInt8(ascii: "-"), UInt8(ascii: "+"):
                guard before == UInt8(ascii: "e") || before == UInt8(ascii: "E") else { return false }
            case UInt8(ascii: "."): break
            default: guard Self.isBareKeyByte(byte) else { return false }
            }
            before = byte
        }
        return !value.isEmpty
    }

    private mutating func scanArray(at path: TOMLPath) {
        advance()
        var index = 0
        while skipBlank(), let byte = peek(), byte != UInt8(ascii: "]") {
            let start = position
            if byte == UInt8(ascii: ",") {
                advance()
                index += 1
            } else {
                let element = path.appending(index)
                guard isWithinLimit(element) else { return }
                note(element, line)
                scanValue(at: element)
            }
            if position == start { advance() }
        }
        advance()
    }

    private mutating func scanInlineTable(at path: TOMLPath) {
        advance()
        while skipBlank(), let byte = peek(), byte != UInt8(ascii: "}") {
            let start = position
            if byte == UInt8(ascii: ",") {
                advance()
            } else {
                scanPair(in: path)
            }
            if position == start { advance() }
        }
        advance()
    }

    /// Checks the depth of a path. If it exceeds the limit, ends the scan.
    private mutating func isWithinLimit(_ path: TOMLPath) -> Bool {
        guard path.components.count > TOMLDocument.depthLimit else { return true }
        if firstLineTooDeep == nil { firstLineTooDeep = line }
        position = bytes.count
        return false
    }

    private mutating func note(_ path: TOMLPath, _ line: Int) {
        if lines[path] == nil { lines[path] = line }
    }
}

// MARK: - Keys and strings

extension TOMLLocator {
    private mutating func scanDottedKey() -> [String] {
        var keys: [String] = []
        while true {
            skipSpaces()
            // One key more than allowed is enough to detect that there are too many.
            guard let byte = peek(), keys.count <= TOMLDocument.depthLimit else {
                if position == bytes.count, firstLineWithoutKey == nil { firstLineWithoutKey = line }
                return keys
            }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                keys.append(scanString())
            } else {
                let start = position
                while let byte = peek(), Self.isBareKeyByte(byte) { advance() }
                if position == start {
                    if firstLineWithoutKey == nil { firstLineWithoutKey = line }
                    return keys
                }
                keys.append(String(decoding: bytes[start..<position], as: UTF8.self))
            }
            skipSpaces()
            guard peek() == UInt8(ascii: ".") else { return keys }
            advance()
        }
    }

    /// Scans a string of any of the four kinds. Decodes its content, because quoted keys are compared by content.
    private mutating func scanString() -> String {
        guard let quote = peek() else { return "" }
        let startLine = line
        let isMultiline = peek(1) == quote && peek(2) == quote
        for _ in 0..<(isMultiline ? 3 : 1) { advance() }
        var content: [UInt8] = []
        while let byte = peek() {
            if byte == quote {
                guard isMultiline else {
                    advance()
                    break
                }
                if peek(1) == quote, peek(2) == quote {
                    for _ in 0..<3 { advance() }
                    // One or two quotes directly before the closing three belong to the content.
                    while peek() == quote {
                        content.append(quote)
                        advance()
                    }
                    break
                }
            } else if byte == UInt8(ascii: "\n"), !isMultiline {
                break
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                advance()
                scanEscape(into: &content)
                continue
            }
            content.append(byte)
            advance()
        }
        if content.contains(0), firstLineWithEscapedNUL == nil { firstLineWithEscapedNUL = startLine }
        return String(decoding: content, as: UTF8.self)
    }

    private mutating func scanEscape(into content: inout [UInt8]) {
        guard let byte = peek() else { return }
        advance()
        switch byte {
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "u"): scanCodePoint(digits: 4, into: &content)
        case UInt8(ascii: "U"): scanCodePoint(digits: 8, into: &content)
        // A backslash before a line ending: the content of such a string is never a key, so the white space may stay.
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: " "): break
        default: content.append(byte)
        }
    }

    private mutating func scanCodePoint(digits: Int, into content: inout [UInt8]) {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = peek(), let digit = hexadecimalDigit(byte) else { return }
            value = value << 4 | UInt32(digit)
            advance()
        }
        if let scalar = UnicodeScalar(value) { content.append(contentsOf: Array(String(Character(scalar)).utf8)) }
    }
}

// MARK: - Bytes

extension TOMLLocator {
    private func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private mutating func advance() {
        guard position < bytes.count else { return }
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private func isEndOfBareValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"), UInt8(ascii: "\n"): true
        default: false
        }
    }

    private mutating func skipSpaces() {
        while let byte = peek(), isSpace(byte) { advance() }
    }

    /// Skips white space, line endings and comments. Always true, for use in the condition of a loop.
    private mutating func skipBlank() -> Bool {
        while let byte = peek() {
            if byte == UInt8(ascii: "#") {
                while let byte = peek(), byte != UInt8(ascii: "\n") { advance() }
            } else if isSpace(byte) || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                advance()
            } else {
                break
            }
        }
        return true
    }
}
