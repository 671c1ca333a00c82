#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Some bytes of an array that is held elsewhere too. Comparing uses `memcmp`: comparing byte by byte in a loop is too slow to
/// sort 100,000 topics.
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

    /// Less than zero if it comes before another, byte by byte, and zero if it is the same.
    func order(to other: ByteRange) -> Int {
        let order = withBytes { mine in
            other.withBytes { theirs in
                guard let one = mine.baseAddress, let another = theirs.baseAddress else { return 0 }
                return Int(memcmp(one, another, min(mine.count, theirs.count)))
            }
        }
        return order != 0 ? order : range.count - other.range.count
    }

    /// Seeded in each process, so that topics cannot be chosen to collide.
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
