import NATSWire
import TerminalUI

/// Headers as lines of text: `Name: value`, one per line.
enum HeaderLines {
    /// The error of a line.
    struct ParseError: Error {
        let reason: SafeText
    }

    /// Parses headers.
    /// - Returns: The headers; nil if there are none.
    static func parse(_ text: String) throws(ParseError) -> Headers? {
        var headers = Headers()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            guard let colon = line.firstIndex(of: ":") else {
                throw ParseError(reason: "header line \(index + 1) has no colon; write Name: value")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            let trimmed = String(value.reversed().drop { $0 == " " }.reversed())
            do {
                try headers.add(String(line[..<colon]), trimmed)
            } catch {
                throw ParseError(reason: "header line \(index + 1): \(untrusted: error.message)")
            }
        }
        return headers.isEmpty ? nil : headers
    }

    /// Returns the header block of a message as lines of text.
    /// - Throws: ``ParseError`` if the block is malformed, because it cannot be sent again unchanged.
    static func text(ofBlock block: some Collection<UInt8>) throws(ParseError) -> String {
        guard !block.isEmpty else { return "" }
        do throws(WireError) {
            let headers = try Array(block).withUnsafeBufferPointer { (bytes) throws(WireError) in
                try Headers(block: UnsafeRawBufferPointer(bytes))
            }
            return headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        } catch {
            throw ParseError(reason: "the headers are malformed: \(untrusted: error.message)")
        }
    }
}
