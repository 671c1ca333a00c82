/// Finds the row of a topic by its bytes.
struct TopicIndex: Sendable {
    /// The first row of each hash. ``nextRow`` has the next row with the same hash, or -1, for each row.
    private var firstRow: [UInt64: Int32] = [:]
    private var nextRow: [Int32] = []

    /// Returns the hash of a topic. The hash function is seeded per process, so that peers cannot choose topics that collide.
    static func key(_ topic: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: topic)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Returns the row of a topic; nil if it has none.
    func row(of topic: UnsafeRawBufferPointer, key: UInt64, in topics: [TopicIdentity]) -> Int? {
        var row = firstRow[key] ?? -1
        while row >= 0 {
            if topics[Int(row)].bytes.withUnsafeBytes({ $0.elementsEqual(topic) }) { return Int(row) }
            row = nextRow[Int(row)]
        }
        return nil
    }

    /// Appends a row. It is found only after it is linked.
    mutating func appendRow() { nextRow.append(-1) }

    /// Removes the last row, which must be unlinked.
    mutating func removeLastRow() { nextRow.removeLast() }

    mutating func link(_ row: Int, key: UInt64) {
        nextRow[row] = firstRow[key] ?? -1
        firstRow[key] = Int32(row)
    }

    /// Removes a row from the index, so that it is no longer found.
    mutating func unlink(_ row: Int, key: UInt64) {
        let next = nextRow[row]
        if firstRow[key] == Int32(row) {
            firstRow[key] = next < 0 ? nil : next
        } else {
            var previous = firstRow[key] ?? -1
            while previous >= 0, nextRow[Int(previous)] != Int32(row) { previous = nextRow[Int(previous)] }
            if previous >= 0 { nextRow[Int(previous)] = next }
        }
        nextRow[row] = -1
    }
}
