import TerminalUI

/// The order of the topics.
struct TopicSort: Sendable, Hashable {
    /// What can be sorted by, in the order of the columns.
    enum Column: Int, Sendable, CaseIterable {
        case topic, owner, rateIn, rateOut, byteRate, total, age
    }

    private(set) var column = Column.rateIn
    var isDescending = true

    /// Sorts by the next column, in the direction that puts what matters first.
    mutating func moveToNextColumn() {
        column = Column(rawValue: (column.rawValue + 1) % Column.allCases.count) ?? .topic
        isDescending = column != .topic && column != .owner
    }

    /// The rows that the filter lets through, in order. Rows that are equal stay in the order they became known in.
    func order(of traffic: TrafficSnapshot, filter: String) -> [Int] {
        var rows = Array(traffic.topics.indices)
        if !filter.isEmpty {
            let wanted = ASCIIFolded(filter)
            rows = rows.filter { wanted.occurs(in: traffic.topics[$0].bytes) }
        }
        if column == .topic {
            rows.sort { one, other in
                let (a, b) = (traffic.topics[one].bytes, traffic.topics[other].bytes)
                return isDescending ? b.lexicographicallyPrecedes(a) : a.lexicographicallyPrecedes(b)
            }
            return rows
        }
        // Numbers first, then sorting: the table may have 100,000 rows.
        var keys = rows.map { row in (key: key(traffic, row), row: row) }
        if isDescending {
            keys.sort { $0.key != $1.key ? $0.key > $1.key : $0.row < $1.row }
        } else {
            keys.sort { $0.key != $1.key ? $0.key < $1.key : $0.row < $1.row }
        }
        return keys.map(\.row)
    }

    private func key(_ traffic: TrafficSnapshot, _ row: Int) -> Double {
        let counters = traffic.counters[row]
        switch column {
        case .topic: return 0
        case .owner: return Double(traffic.topics[row].owner)
        case .rateIn: return Double(counters.rateIn)
        case .rateOut: return Double(counters.rateOut)
        case .byteRate: return Double(counters.byteRate)
        case .total: return Double(counters.messages)
        // Descending is the newest first.
        case .age: return counters.lastMessage
        }
    }
}

/// A text to look for in bytes, in either case of ASCII letters.
struct ASCIIFolded: Sendable, Hashable {
    private let bytes: [UInt8]

    init(_ text: String) {
        bytes = text.utf8.map(Self.fold)
    }

    /// Whether it occurs; nothing occurs everywhere.
    func occurs(in other: some RandomAccessCollection<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        guard other.count >= bytes.count else { return false }
        let found = other.withContiguousStorageIfAvailable { Self.search($0, first: first, bytes) }
        return found ?? Array(other).withUnsafeBufferPointer { Self.search($0, first: first, bytes) }
    }

    private static func search(_ other: UnsafeBufferPointer<UInt8>, first: UInt8, _ bytes: [UInt8]) -> Bool {
        var start = 0
        while start + bytes.count <= other.count {
            if fold(other[start]) == first {
                var length = 1
                while length < bytes.count, fold(other[start + length]) == bytes[length] { length += 1 }
                if length == bytes.count { return true }
            }
            start += 1
        }
        return false
    }

    private static func fold(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
