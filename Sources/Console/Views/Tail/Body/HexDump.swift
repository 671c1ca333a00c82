import TerminalUI

/// Bytes as offsets, hexadecimal numbers and ASCII.
enum HexDump {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Rows of 16 bytes, or of 8 or 4 where there is less room than those need; at most `maximumRows`.
    static func lines(_ bytes: [UInt8], width: Int, maximumRows: Int = .max) -> [StyledLine] {
        // Offset and gap, three columns a byte, gap, one column a byte.
        let perRow = [16, 8].first { 10 + $0 * 4 + 1 <= width } ?? 4
        return stride(from: 0, to: bytes.count, by: perRow).prefix(maximumRows).map { offset in
            let row = bytes[offset..<min(offset + perRow, bytes.count)]
            var hex: [UInt8] = []
            for byte in row { hex += [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: " ")] }
            hex += Array(repeating: UInt8(ascii: " "), count: (perRow - row.count) * 3 + 1)
            let ascii = row.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }
            var line = StyledLine(hexadecimal(offset) + "  ", .hexOffset)
            // Digits, letters and dots of our own: nothing is left to be escaped.
            line.append(SafeText(untrustedBytes: hex), .hexByte)
            line.append(SafeText(untrustedBytes: ascii), .hexASCII)
            return line
        }
    }

    private static func hexadecimal(_ offset: Int) -> SafeText {
        let text = String(offset, radix: 16)
        return SafeText(untrusted: String(repeating: "0", count: max(0, 8 - text.utf8.count)) + text)
    }
}
