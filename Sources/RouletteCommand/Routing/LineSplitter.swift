/// Cuts bytes that arrive in pieces at their line feeds, and changes nothing else about them.
struct LineSplitter {
    private let limit: Int
    private var partial: [UInt8] = []

    /// - Parameter limit: The longest line, in bytes: what is held of input without line feeds.
    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: the lines that are complete now, without their line feeds.
    /// - Throws: when a line is longer than the limit.
    mutating func append(_ bytes: [UInt8]) throws(CommandFailure) -> [[UInt8]] {
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

    /// - Returns: the last line if it has no line feed, else nothing.
    mutating func finish() -> [[UInt8]] {
        defer { partial = [] }
        return partial.isEmpty ? [] : [partial]
    }
}
