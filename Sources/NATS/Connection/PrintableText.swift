package import NIOCore

/// Text of a peer that is fit for an error message or a log line: one line of printable ASCII, everything else as `\xNN`.
package func printable(_ text: ByteBuffer, limit: Int = 1024) -> String {
    var result = ""
    for byte in text.readableBytesView.prefix(limit) {
        switch byte {
        case UInt8(ascii: "\\"): result += "\\\\"
        case 0x20...0x7E: result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            result += byte < 0x10 ? "\\x0\(digits)" : "\\x\(digits)"
        }
    }
    return text.readableBytes > limit ? result + "…" : result
}

/// Text from outside that is no buffer, such as a path or a server's name, made fit for an error message in the same way.
package func printable(_ text: String, limit: Int = 1024) -> String {
    printable(ByteBuffer(string: text), limit: limit)
}
