/// The escapes of JSON strings that have one character after the backslash (RFC 8259, section 7).
package enum JSONEscape {
    /// Returns the byte that such an escape stands for.
    ///
    /// - Parameter character: The character after the backslash. For `u`, which is followed by digits, the result is nil.
    package static func byte(for character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): character
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }
}
