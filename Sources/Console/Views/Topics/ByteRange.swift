#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A range of bytes that shares the storage of its array. Comparisons use `memcmp`, because a loop over bytes is too slow to sort
/// 100,000 topics.
struct ByteRange: Sendable {
    private let array: [UInt8]
    private let range: Range<Int>

    init(_ array: [UInt8], _ range: Range<Int>) {
        self.array = array
        self.range = range
    }

    init(_ array: [UInt8]) {
        self.init(array, array.indices)
    }

    var bytes: ArraySlice<UInt8> { array[range] }

    /// Compares bytes like `memcmp`.
    /// - Returns: A negative number if this range comes before the other one, zero if they are equal, otherwise a positive
    ///   number.
    func order(to other: ByteRange) -> Int {
        let order = withBytes { mine in
            other.withBytes { theirs in
                guard let one = mine.baseAddress, let another = theirs.baseAddress else { return 0 }
                return Int(memcmp(one, another, min(mine.count, theirs.count)))
            }
        }
        return order != 0 ? order : range.count - other.range.count
    }

    /// Returns a hash. The hash function is seeded per process, so that peers cannot choose topics that collide.
    func hash(seed: Int) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(seed)
        withBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        array.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}
