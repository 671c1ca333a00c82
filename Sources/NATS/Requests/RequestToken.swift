/// Tells the requests of one connection apart. A number nobody can guess: who was sent one request cannot answer another.
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
            bytes.append(Self.character(UInt8(truncatingIfNeeded: bits >> UInt64(6 * position)) & 63))
        }
    }

    /// - Returns: nil for anything but the text of a token.
    init?(text: UnsafeRawBufferPointer) {
        guard text.count == Self.textLength else { return nil }
        var bits: UInt64 = 0
        for character in text {
            // Eleven characters could hold two bits more.
            guard let value = Self.value(character), bits < 1 << 58 else { return nil }
            bits = bits << 6 | UInt64(value)
        }
        self.bits = bits
    }

    /// - Parameter value: six bits.
    static func character(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
