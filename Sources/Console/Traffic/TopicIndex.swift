/// Finds the row of a topic by its bytes.
struct TopicIndex: Sendable {
    /// The first row of each hash of a topic's bytes, and for each row the next one of the same hash, -1 for none.
    private var firstRow: [UInt64: Int32] = [:]
    private var nextRow: [Int32] = []

    /// Seeded in each process, so that topics cannot be chosen to collide.
    static func key(_ topic: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: topic)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// The row of a topic; nil for one that has none.
    func row(of topic: UnsafeRawBufferPointer, key: UInt64, in topics: [TopicIdentity]) -> Int? {
        var row = firstRow[key] ?? -1
        while row >= 0 {
            if topics[Int(row)].bytes.withUnsafeBytes({ $0.elementsEqual(topic) }) { return Int(row) }
            row = nextRow[Int(row)]
        }
        return nil
    }

    /// One row more, which is not found yet.
    mutating func appendRow() { nextRow.append(-1) }

    /// One row less, which is not found any more.
    mutating func removeLastRow() { nextRow.removeLast() }

    mutating func link(_ row: Int, key: UInt64) {
        nextRow[row] = firstRow[key] ?? -1
        firstRow[key] = Int32(row)
    }

    /// Takes a row out of what topics are found by.
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
