/// Base32 without padding (RFC 4648, section 6), the writing of NKEYs.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        var (bits, pending): (UInt32, Int) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            pending += 8
            while pending >= 5 {
                pending -= 5
                text.append(character(bits >> UInt32(pending)))
            }
        }
        if pending > 0 { text.append(character(bits << UInt32(5 - pending))) }
        return text
    }

    /// Decodes into memory of the caller, who can wipe it.
    ///
    /// - Returns: whether the text is base32 that fills `output` exactly, with zeros in the bits left over.
    static func decode(_ text: String, into output: UnsafeMutableRawBufferPointer) -> Bool {
        var (bits, pending): (UInt32, Int) = (0, 0)
        var written = 0
        for character in text.utf8 {
            guard let value = value(character) else { return false }
            bits = bits << 5 | UInt32(value)
            pending += 5
            guard pending >= 8 else { continue }
            pending -= 8
            guard written < output.count else { return false }
            output[written] = UInt8(truncatingIfNeeded: bits >> UInt32(pending))
            written += 1
        }
        return written == output.count && pending < 5 && bits & (1 << UInt32(pending) - 1) == 0
    }

    private static func character(_ bits: UInt32) -> Character {
        Character(Unicode.Scalar(alphabet[Int(bits & 31)]))
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "2")...UInt8(ascii: "7"): character - UInt8(ascii: "2") + 26
        default: nil
        }
    }
}

/// URL-safe base64 without padding (RFC 4648, section 5), the writing of signatures and JWTs.
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        var (bits, pending): (UInt32, Int) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            pending += 8
            while pending >= 6 {
                pending -= 6
                text.append(character(bits >> UInt32(pending)))
            }
        }
        if pending > 0 { text.append(character(bits << UInt32(6 - pending))) }
        return text
    }

    /// Reads it, with or without padding.
    ///
    /// - Returns: nil when it is anything else.
    static func decode(_ text: Substring) -> [UInt8]? {
        var text = text.utf8
        while text.last == UInt8(ascii: "=") { text.removeLast() }
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var (bits, pending): (UInt32, Int) = (0, 0)
        for character in text {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | UInt32(value)
            pending += 6
            guard pending >= 8 else { continue }
            pending -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(pending)))
        }
        return bytes
    }

    private static func character(_ bits: UInt32) -> Character {
        Character(Unicode.Scalar(alphabet[Int(bits & 63)]))
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

/// CRC-16 with the polynomial 0x1021 and the initial value 0 (XMODEM), which guards NKEYs against slips of the hand.
enum CRC16 {
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var checksum: UInt16 = 0
        for byte in bytes {
            checksum ^= UInt16(byte) << 8
            for _ in 0..<8 { checksum = checksum & 0x8000 == 0 ? checksum << 1 : checksum << 1 ^ 0x1021 }
        }
        return checksum
    }
}
