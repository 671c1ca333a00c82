import TextCoding

/// Identifies a request of one connection. Tokens cannot be guessed, so the responder of one request cannot answer another one.
struct RequestToken: Hashable, Sendable {
    let bits: UInt64

    /// 64 bits, with six bits in each character.
    static let textLength = 11

    init(bits: UInt64) {
        self.bits = bits
    }
}

/// The text of a token, which is the last token of a reply subject. It uses the alphabet of RFC 4648 §5, highest bits first.
extension RequestToken {
    /// Appends the text of the token.
    func write(to bytes: inout [UInt8]) {
        for position in (0..<Self.textLength).reversed() {
            bytes.append(Base64URL.digit(UInt8(truncatingIfNeeded: bits >> UInt64(6 * position)) & 63))
        }
    }

    /// - Returns: Nil if the text is not a token.
    init?(text: UnsafeRawBufferPointer) {
        guard text.count == Self.textLength else { return nil }
        var bits: UInt64 = 0
        for character in text {
            // Eleven characters have two bits more than a token.
            guard let value = Base64URL.value(character), bits < 1 << 58 else { return nil }
            bits = bits << 6 | UInt64(value)
        }
        self.bits = bits
    }
}
