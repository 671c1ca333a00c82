import TextCoding

/// Identifies a request of one connection. It cannot be guessed, so a responder of one request cannot answer another.
struct RequestToken: Hashable, Sendable {
    let bits: UInt64

    /// 64 bits, six in each character.
    static let textLength = 11

    init(bits: UInt64) {
        self.bits = bits
    }
}

/// Tokens as the last token of a reply subject, in the alphabet of RFC 4648 §5, the highest bits first.
extension RequestToken {
    /// Appends the text.
    func write(to bytes: inout [UInt8]) {
        for position in (0..<Self.textLength).reversed() {
            bytes.append(Base64URL.digit(UInt8(truncatingIfNeeded: bits >> UInt64(6 * position)) & 63))
        }
    }

    /// - Returns: nil if the text is not that of a token.
    init?(text: UnsafeRawBufferPointer) {
        guard text.count == Self.textLength else { return nil }
        var bits: UInt64 = 0
        for character in text {
            // Eleven characters could hold two bits more.
            guard let value = Base64URL.value(character), bits < 1 << 58 else { return nil }
            bits = bits << 6 | UInt64(value)
        }
        self.bits = bits
    }
}
