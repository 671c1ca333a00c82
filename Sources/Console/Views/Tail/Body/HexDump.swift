import TerminalUI
import TextCoding

/// A hex dump with offsets, hexadecimal bytes and ASCII.
enum HexDump {
    /// Returns rows of 16 bytes, or of 8 or 4 if the width is too small; at most `maximumRows`.
    static func lines(_ bytes: [UInt8], width: Int, maximumRows: Int = .max) -> [StyledLine] {
        // The offset with a gap, three columns per byte, a gap, and one column per byte.
        let perRow = [16, 8].first { (bytes: Int) -> Bool in 11 + bytes * 4 <= width } ?? 4
        return stride(from: 0, to: bytes.count, by: perRow).prefix(maximumRows).map { offset in
            let row = bytes[offset..<min(offset + perRow, bytes.count)]
            var hex: [UInt8] = []
            for byte in row {
                hex += hexadecimal(byte, digits: 2, uppercase: false).utf8
                hex.append(UInt8(ascii: " "))
            }
            hex += repeatElement(UInt8(ascii: " "), count: (perRow - row.count) * 3 + 1)
            let ascii: [UInt8] = row.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }
            var line = StyledLine(SafeText(untrusted: hexadecimal(offset, digits: 8, uppercase: false)) + "  ", .hexOffset)
            // These texts contain only printable ASCII, so that escaping does not change them.
            line.append(SafeText(untrustedBytes: hex), .hexByte)
            line.append(SafeText(untrustedBytes: ascii), .hexASCII)
            return line
        }
    }
}
