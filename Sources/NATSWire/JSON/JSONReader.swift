import TextCoding

/// A strict reader of JSON (RFC 8259) that returns values as the caller requests them.
///
/// It reads INFO and the claims of a JWT. It skips floating-point numbers without reading them, builds no tree and rejects
/// deep nesting, so its cost is bounded by the length of the text.
package struct JSONReader {
    /// The maximum nesting depth of arrays and objects.
    static let maxDepth = 32

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    // MARK: Values

    /// Reads an object. `body` receives each key and must read or skip its value.
    package mutating func readObject(_ body: (inout JSONReader, String) throws(WireError) -> Void) throws(WireError) {
        try expect(UInt8(ascii: "{"), "an object")
        guard !skip(UInt8(ascii: "}")) else { return }
        repeat {
            let key = try readString()
            try expect(.colon, "a colon")
            try body(&self, key)
        } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"), "a comma or the end of an object")
    }

    /// Reads an array. `body` is called for each element and must read or skip it.
    mutating func readArray(_ body: (inout JSONReader) throws(WireError) -> Void) throws(WireError) {
        try expect(UInt8(ascii: "["), "an array")
        guard !skip(UInt8(ascii: "]")) else { return }
        repeat { try body(&self) } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"), "a comma or the end of an array")
    }

    package mutating func readBool() throws(WireError) -> Bool {
        if skip(literal: "true") { return true }
        if skip(literal: "false") { return false }
        throw error("expected true or false")
    }

    /// Reads null if it comes next.
    package mutating func readNull() -> Bool { skip(literal: "null") }

    /// Reads an integer without fraction or exponent, within the bounds of the type.
    package mutating func readInteger<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(WireError) -> Value {
        let start = next()
        try skipNumber()
        let text = bytes[start..<position]
        let digits = text.drop { $0 == UInt8(ascii: "-") }
        guard digits.allSatisfy(\.isDigit) else { throw error("expected a whole number", at: start) }
        let isNegative = digits.count < text.count
        var value: Value = 0
        for digit in digits {
            let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
            let step = Value(digit - UInt8(ascii: "0"))
            let (sum, sumOverflow) =
                isNegative ? product.subtractingReportingOverflow(step) : product.addingReportingOverflow(step)
            guard !productOverflow, !sumOverflow else { throw error("a number out of bounds", at: start) }
            value = sum
        }
        return value
    }

    /// Skips the next value of any type.
    package mutating func skipValue(depth: Int = 1) throws(WireError) {
        guard depth <= Self.maxDepth else { throw error("nested more than \(Self.maxDepth) levels deep") }
        switch peek() {
        case UInt8(ascii: "{"):
            try readObject { (reader, _) throws(WireError) in try reader.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            try readArray { (reader) throws(WireError) in try reader.skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try readString()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try readBool()
        case UInt8(ascii: "n") where skip(literal: "null"): break
        default: try skipNumber()
        }
    }

    /// Checks that only white space is left.
    mutating func expectEnd() throws(WireError) {
        guard peek() == nil else { throw error("bytes after the end of the value") }
    }

    // MARK: Strings

    /// Reads a string. Invalid UTF-8 and lone surrogates are errors, as is a control character that is not escaped.
    package mutating func readString() throws(WireError) -> String {
        try expect(UInt8(ascii: "\""), "a string")
        let start = position
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw error("a string that is not UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\\"): text += try readEscape()
            case 0..<0x20: throw error("a control character in a string", at: position - 1)
            default: text.append(byte)
            }
        }
        throw error("a string without an end", at: start)
    }

    private mutating func readEscape() throws(WireError) -> [UInt8] {
        let start = position - 1
        guard position < bytes.count else { throw error("a string without an end", at: start) }
        let byte = bytes[position]
        position += 1
        if byte == UInt8(ascii: "u") { return try readUnicodeEscape(from: start) }
        guard let escaped = JSONEscape.byte(for: byte) else { throw error("an unknown escape in a string", at: start) }
        return [escaped]
    }

    private mutating func readUnicodeEscape(from start: Int) throws(WireError) -> [UInt8] {
        var units = [try readHexadecimal(from: start)]
        if UTF16.isLeadSurrogate(units[0]), skipExactly("\\u") { units.append(try readHexadecimal(from: start)) }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw error("half of a surrogate pair in a string", at: start)
        }
        return Array(text.utf8)
    }

    private mutating func readHexadecimal(from start: Int) throws(WireError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = hexadecimalDigit(bytes[position])
            else { throw error("an escape without four hexadecimal digits", at: start) }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    // MARK: Tokens

    private mutating func skipNumber() throws(WireError) {
        let start = next()
        _ = skipExactly("-")
        let leadsWithZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits > 0 else { throw error("expected a value", at: start) }
        guard digits == 1 || !leadsWithZero else { throw error("a number with a leading zero", at: start) }
        if skipExactly(".") {
            guard skipDigits() > 0 else { throw error("a number that ends with a point", at: start) }
        }
        if skipExactly("e") || skipExactly("E") {
            _ = skipExactly("+") || skipExactly("-")
            guard skipDigits() > 0 else { throw error("a number without an exponent after its e", at: start) }
        }
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position].isDigit { position += 1 }
        return position - start
    }

    /// Skips white space and returns the position of the next token.
    private mutating func next() -> Int {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte.isBlank || byte == .lineFeed || byte == .carriageReturn else { break }
            position += 1
        }
        return position
    }

    private mutating func peek() -> UInt8? {
        let index = next()
        return index < bytes.count ? bytes[index] : nil
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skip(literal: StaticString) -> Bool {
        _ = next()
        return skipExactly(literal)
    }

    private mutating func skipExactly(_ text: StaticString) -> Bool {
        let text = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[position...].starts(with: text) else { return false }
        position += text.count
        return true
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(WireError) {
        guard skip(byte) else { throw error("expected \(what)") }
    }

    private func error(_ problem: String, at index: Int? = nil) -> WireError {
        let index = min(index ?? position, bytes.count)
        return WireError(
            code: .invalidJSON,
            message: "invalid JSON: \(problem) at byte \(index)",
            offending: bytes[index...]
        )
    }
}
