import TerminalUI
import TextCoding

/// Bytes as offsets, hexadecimal numbers and ASCII.
enum HexDump {
    /// Rows of 16 bytes, or of 8 or 4 where there is less room than those need; at most `maximumRows`.
    static func lines(_ bytes: [UInt8], width: Int, maximumRows: Int = .max) -> [StyledLine] {
        // Offset and gap, three columns a byte, gap, one column a byte.
        let perRow = [16, 8].first { 10 + $0 * 4 + 1 <= width } ?? 4
        return stride(from: 0, to: bytes.count, by: perRow).prefix(maximumRows).map { offset in
            let row = bytes[offset..<min(offset + perRow, bytes.count)]
            var hex: [UInt8] = []
            for byte in row { hex += Array("\(hexadecimal(byte, digits: 2, uppercase: false)) ".utf8) }
            hex += Array(repeating: UInt8(ascii: " "), count: (perRow - row.count) * 3 + 1)
            let ascii = row.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }
            var line = StyledLine(SafeText(untrusted: hexadecimal(offset, digits: 8, uppercase: false)) + "  ", .hexOffset)
            // Digits, letters and dots of our own: nothing is left to be escaped.
            line.append(SafeText(untrustedBytes: hex), .hexByte)
            line.append(SafeText(untrustedBytes: ascii), .hexASCII)
            return line
        }
    }
}
