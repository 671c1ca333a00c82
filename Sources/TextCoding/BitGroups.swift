/// Regroups bytes into digits of a few bits each, the highest bits first, as base32 and base64 do (RFC 4648).
enum BitGroups {
    /// Splits bytes into digits. The last digit is filled with zero bits.
    ///
    /// - Parameters:
    ///   - bytes: The bytes to encode.
    ///   - width: Bits in each digit, 5 or 6.
    ///   - digit: The character for a digit.
    static func digits(of bytes: some Sequence<UInt8>, width: Int, _ digit: (UInt8) -> UInt8) -> [UInt8] {
        let mask: UInt8 = 1 << UInt8(width) - 1
        var digits: [UInt8] = []
        digits.reserveCapacity((bytes.underestimatedCount * 8 + width - 1) / width)
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= width {
                count -= width
                digits.append(digit(UInt8(truncatingIfNeeded: bits >> UInt32(count)) & mask))
            }
        }
        if count > 0 { digits.append(digit(UInt8(truncatingIfNeeded: bits << UInt32(width - count)) & mask)) }
        return digits
    }

    /// Joins digits to bytes.
    ///
    /// - Parameters:
    ///   - text: The characters of the digits.
    ///   - width: Bits in each digit, 5 or 6.
    ///   - value: The digit that a character represents; nil for a character outside the alphabet.
    ///   - write: Receives each byte. Returning false stops decoding.
    /// - Returns: The number and the value of the bits after the last whole byte; nil if a character was outside the alphabet or
    ///   `write` returned false.
    static func bytes(
        of text: some Sequence<UInt8>,
        width: Int,
        _ value: (UInt8) -> UInt8?,
        write: (UInt8) -> Bool
    ) -> (count: Int, bits: UInt32)? {
        var (bits, count): (UInt32, Int) = (0, 0)
        for character in text {
            guard let value = value(character) else { return nil }
            bits = bits << UInt32(width) | UInt32(value)
            count += width
            guard count >= 8 else { continue }
            count -= 8
            guard write(UInt8(truncatingIfNeeded: bits >> UInt32(count))) else { return nil }
        }
        return (count, bits & (1 << UInt32(count) - 1))
    }
}
