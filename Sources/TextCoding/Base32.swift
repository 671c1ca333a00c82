/// Base32 without padding (RFC 4648, section 6), as NKEYs use it.
package enum Base32 {
    /// Encodes bytes as text.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: BitGroups.digits(of: bytes, width: 5, digit), as: UTF8.self)
    }

    /// Decodes into memory of the caller, so that the caller can overwrite a secret.
    ///
    /// - Returns: Whether the text is base32 that fills `output` exactly and the unused bits of its last digit are zero.
    package static func decode(_ text: String, into output: UnsafeMutableRawBufferPointer) -> Bool {
        var written = 0
        let rest = BitGroups.bytes(of: text.utf8, width: 5, value) { byte in
            guard written < output.count else { return false }
            output[written] = byte
            written += 1
            return true
        }
        guard let rest else { return false }
        return written == output.count && rest.count < 5 && rest.bits == 0
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 26 ? UInt8(ascii: "A") + value : UInt8(ascii: "2") + value - 26
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "2")...UInt8(ascii: "7"): digit - UInt8(ascii: "2") + 26
        default: nil
        }
    }
}
