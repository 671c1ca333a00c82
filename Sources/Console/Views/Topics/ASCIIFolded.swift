/// A text to search for in bytes, ignoring the case of ASCII letters.
struct ASCIIFolded: Sendable, Hashable {
    private let bytes: [UInt8]

    init(_ text: String) {
        bytes = text.utf8.map(Self.fold)
    }

    /// Returns whether the text occurs in the bytes. An empty text always does.
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

    /// Returns the lower case of an ASCII letter, and other bytes unchanged.
    static func fold(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
