import TerminalUI

/// The order of the topics.
struct TopicSort: Sendable, Hashable {
    /// What can be sorted by, in the order of the columns.
    enum Column: Int, Sendable, CaseIterable {
        case topic, owner, rateIn, rateOut, byteRate, total, age

        /// What `:sort` knows it by.
        var name: String {
            switch self {
            case .topic: "topic"
            case .owner: "cluster"
            case .rateIn: "in"
            case .rateOut: "out"
            case .byteRate: "bytes"
            case .total: "total"
            case .age: "age"
            }
        }
    }

    private(set) var column = Column.rateIn
    var isDescending = true

    /// Sorts by the next column.
    mutating func moveToNextColumn() {
        sort(by: Column(rawValue: (column.rawValue + 1) % Column.allCases.count) ?? .topic)
    }

    /// Sorts by a column, in the direction that puts what matters first.
    mutating func sort(by column: Column) {
        self.column = column
        isDescending = column != .topic && column != .owner
    }

    /// The figure of a row; never negative, so that its bits are in the same order as its value.
    func key(_ traffic: TrafficSnapshot, _ row: Int) -> Float {
        let counters = traffic.counters[row]
        return switch column {
        case .topic: 0
        case .owner: Float(traffic.topics[row].owner)
        case .rateIn: counters.rateIn
        case .rateOut: counters.rateOut
        case .byteRate: counters.byteRate
        case .total: Float(counters.messages)
        // Descending is the newest first; before the first message it is -1.
        case .age: Float(max(0, counters.lastMessage + 1))
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
