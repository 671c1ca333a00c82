/// Base64 with padding (RFC 4648, section 4).
package enum Base64 {
    /// Encodes bytes as ASCII text.
    package static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var digits = BitGroups.digits(of: bytes, width: 6, digit)
        while digits.count % 4 != 0 { digits.append(UInt8(ascii: "=")) }
        return digits
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 62: UInt8(ascii: "+")
        case 63: UInt8(ascii: "/")
        default: Base64URL.digit(value)
        }
    }
}

/// URL-safe base64 without padding (RFC 4648, section 5), as signatures, JWTs and reply subjects use it.
package enum Base64URL {
    /// Encodes bytes as text.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: BitGroups.digits(of: bytes, width: 6, digit), as: UTF8.self)
    }

    /// Decodes a text with or without padding.
    ///
    /// - Returns: The bytes; nil if the text is not URL-safe base64.
    package static func decode(_ text: Substring) -> [UInt8]? {
        var text = text.utf8
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        let rest = BitGroups.bytes(of: text, width: 6, value) { byte in
            bytes.append(byte)
            return true
        }
        return rest == nil ? nil : bytes
    }

    /// The character for a digit.
    /// - Parameter value: Six bits.
    @inlinable
    package static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    /// The six bits that a character represents; nil for a character outside the alphabet.
    @inlinable
    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
