package import NIOCore
import TextCoding

/// Escapes text from a peer for an error message or a log line: one line of printable ASCII, with all other bytes as `\xNN`.
package func printable(_ text: ByteBuffer, limit: Int = 1024) -> String {
    var result = ""
    for byte in text.readableBytesView.prefix(limit) {
        switch byte {
        case UInt8(ascii: "\\"): result += "\\\\"
        case 0x20...0x7E: result.unicodeScalars.append(Unicode.Scalar(byte))
        default: result += "\\x" + hexadecimal(byte, digits: 2)
        }
    }
    return text.readableBytes > limit ? result + "…" : result
}

/// Escapes untrusted text, such as a path or a server's name, for an error message in the same way.
package func printable(_ text: String, limit: Int = 1024) -> String {
    printable(ByteBuffer(string: text), limit: limit)
}
