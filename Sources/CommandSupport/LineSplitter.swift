/// Splits bytes that arrive in pieces into lines. The bytes of a line are not changed.
package struct LineSplitter {
    private let limit: Int
    private var partial: [UInt8] = []

    /// - Parameter limit: The longest line in bytes. It bounds the memory for input without line feeds.
    package init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: The lines that are now complete, without their line feeds.
    /// - Throws: ``CommandError`` if a line is longer than the limit.
    package mutating func append(_ bytes: [UInt8]) throws(CommandError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(partial + bytes[start..<end])
            partial = []
            start = end + 1
        }
        partial += bytes[start...]
        guard partial.count <= limit else { throw .failed("a line is longer than \(limit) bytes; put one topic on each line") }
        return lines
    }

    /// - Returns: The last line if it has no line feed, else an empty array.
    package mutating func finish() -> [[UInt8]] {
        defer { partial = [] }
        return partial.isEmpty ? [] : [partial]
    }
}
