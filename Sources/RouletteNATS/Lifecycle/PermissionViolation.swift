import NIOCore
import TextCoding

/// The contents of an `-ERR 'Permissions Violation …'`, as written by nats-server (server/client.go and server/reload.go):
///
/// ```
/// Permissions Violation for Publish to "a.b"
/// Permissions Violation for Publish with Reply of "a.b"
/// Permissions Violation for Subscription to "a.b" using queue "q" (sid "7")
/// ```
///
/// Queue and sid are optional. The sid is present if a reload of the server's configuration removed a permission. Names are
/// quoted as Go quotes strings, so all bytes of a name can be restored.
struct PermissionViolation: Error, Equatable {
    enum Operation: Equatable {
        case publish
        /// The subject was allowed, but not the reply subject.
        case reply
        case subscription(queue: [UInt8]?, sid: UInt64?)
    }

    let operation: Operation
    /// The bytes of the subject that was denied.
    let subject: [UInt8]

    /// - Parameter text: The error text, without the outer quotes.
    /// - Returns: `nil` for any other text.
    init?(text: ByteBuffer) {
        var text = ErrorText(rest: text.readableBytesView)
        guard text.skip("permissions violation for ") else { return nil }
        if text.skip("publish to "), let subject = text.quoted() {
            self.init(operation: .publish, subject: subject)
        } else if text.skip("publish with reply of "), let subject = text.quoted() {
            self.init(operation: .reply, subject: subject)
        } else if text.skip("subscription to "), let subject = text.quoted() {
            let queue = text.skip(" using queue ") ? text.quoted() : nil
            let sid = text.skip(" (sid ") ? text.number() : nil
            self.init(operation: .subscription(queue: queue, sid: sid), subject: subject)
        } else {
            return nil
        }
    }

    init(operation: Operation, subject: [UInt8]) {
        self.operation = operation
        self.subject = subject
    }
}

/// Parses the text of an error from front to back. Unexpected text results in `nil`, never in a trap.
private struct ErrorText {
    var rest: ByteBufferView

    /// Skips a word of the protocol, ignoring case.
    /// - Parameter word: The word in lower case.
    mutating func skip(_ word: StaticString) -> Bool {
        let matches = word.withUTF8Buffer { word in
            rest.count >= word.count && zip(rest, word).allSatisfy { $0.lowercasedASCII == $1 }
        }
        if matches { rest = rest.dropFirst(word.utf8CodeUnitCount) }
        return matches
    }

    /// Parses digits, with or without quotes.
    mutating func number() -> UInt64? {
        if rest.first == UInt8(ascii: "\"") { rest = rest.dropFirst() }
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    /// Parses a string written by Go's `strconv.Quote`.
    mutating func quoted() -> [UInt8]? {
        guard next() == UInt8(ascii: "\"") else { return nil }
        var bytes: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""): return bytes
            case UInt8(ascii: "\\"):
                guard let escaped = escaped() else { return nil }
                bytes += escaped
            default: bytes.append(byte)
            }
        }
        return nil
    }

    /// Parses the rest of an escape sequence after the backslash.
    private mutating func escaped() -> [UInt8]? {
        switch next() {
        case UInt8(ascii: "a"): [0x07]
        case UInt8(ascii: "b"): [0x08]
        case UInt8(ascii: "t"): [0x09]
        case UInt8(ascii: "n"): [0x0A]
        case UInt8(ascii: "v"): [0x0B]
        case UInt8(ascii: "f"): [0x0C]
        case UInt8(ascii: "r"): [0x0D]
        case UInt8(ascii: "\\"): [UInt8(ascii: "\\")]
        case UInt8(ascii: "\""): [UInt8(ascii: "\"")]
        // `\x` is a byte that is not UTF-8. The other escapes are characters.
        case UInt8(ascii: "x"): hexadecimal(digits: 2).map { [UInt8(truncatingIfNeeded: $0)] }
        case UInt8(ascii: "u"): character(digits: 4)
        case UInt8(ascii: "U"): character(digits: 8)
        default: nil
        }
    }

    private mutating func character(digits: Int) -> [UInt8]? {
        guard let value = hexadecimal(digits: digits), let scalar = Unicode.Scalar(value) else { return nil }
        return Array(String(scalar).utf8)
    }

    private mutating func hexadecimal(digits: Int) -> UInt32? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy({ hexadecimalDigit($0) != nil }) else { return nil }
        rest = rest.dropFirst(digits)
        return UInt32(String(decoding: text, as: UTF8.self), radix: 16)
    }

    private mutating func next() -> UInt8? {
        rest.popFirst()
    }
}

extension UInt8 {
    fileprivate var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
