import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Caches the destinations of topics. Any number of threads can use it concurrently, without a lock.
///
/// The number of entries is fixed, and an entry is replaced by the next topic with the same position. Each entry is a sequence
/// lock: its first word counts the changes and is odd during a change. If a reader sees an odd count, or a different count
/// after reading the rest, the lookup misses. Topics are compared byte by byte, so a hash collision cannot return the
/// destination of another topic.
struct RouteCache: ~Copyable {
    /// Longer topics are not cached.
    static let longestTopic = 8 * topicWords

    private typealias Word = Atomic<UInt64>

    /// An entry has two cache lines: the count of changes; the length, cluster and slot of the topic; its hash; its bytes.
    private static let entryWords = 16
    private static let topicWords = entryWords - 3
    private static let entryBits: UInt64 = 11
    /// Initially zero. The system allocates the pages when entries are used.
    private let words: UnsafeMutablePointer<Word>

    init() {
        let count = Self.entryWords << Self.entryBits
        guard let memory = calloc(count, MemoryLayout<Word>.stride) else {
            // Other allocations in Swift trap too.
            preconditionFailure("out of memory")
        }
        // `Atomic<UInt64>` has the same representation as `UInt64`.
        words = memory.bindMemory(to: Word.self, capacity: count)
    }

    deinit {
        free(words)
    }

    /// Returns the destination of a topic, if it is cached.
    func find(_ topic: UnsafeRawBufferPointer) -> Destination? {
        guard !topic.isEmpty, topic.count <= Self.longestTopic else { return nil }
        let entry = entry(for: topic)
        let changes = entry[0].load(ordering: .acquiring)
        let place = entry[1].load(ordering: .relaxed)
        guard changes & 1 == 0, place >> 48 == UInt64(topic.count) else { return nil }
        let hash = entry[2].load(ordering: .relaxed)
        for index in 0..<topic.wordCount {
            guard entry[3 + index].load(ordering: .relaxed) == topic.word(index) else { return nil }
        }
        atomicMemoryFence(ordering: .acquiring)
        guard entry[0].load(ordering: .relaxed) == changes else { return nil }
        return Destination(
            hash: hash,
            cluster: Int(truncatingIfNeeded: place & 0xFFFF_FFFF),
            slot: Int(truncatingIfNeeded: place >> 32 & 0xFFFF)
        )
    }

    /// Caches the destination of a topic. Does nothing while another thread changes the same entry.
    func insert(_ topic: UnsafeRawBufferPointer, _ destination: Destination) {
        guard !topic.isEmpty, topic.count <= Self.longestTopic else { return }
        let entry = entry(for: topic)
        let changes = entry[0].load(ordering: .relaxed)
        guard changes & 1 == 0,
            entry[0].compareExchange(expected: changes, desired: changes + 1, ordering: .acquiring).exchanged
        else { return }
        atomicMemoryFence(ordering: .releasing)
        let place = UInt64(topic.count) << 48 | UInt64(destination.slot) << 32 | UInt64(destination.cluster)
        entry[1].store(place, ordering: .relaxed)
        entry[2].store(destination.hash, ordering: .relaxed)
        for index in 0..<topic.wordCount { entry[3 + index].store(topic.word(index), ordering: .relaxed) }
        entry[0].store(changes + 2, ordering: .releasing)
    }

    @inline(__always)
    private func entry(for topic: UnsafeRawBufferPointer) -> UnsafeMutablePointer<Word> {
        // This hash only selects an entry: FNV-1a over whole words, with its high bits mixed in.
        var hash = 0xCBF2_9CE4_8422_2325 ^ UInt64(topic.count)
        for index in 0..<topic.wordCount {
            hash = (hash ^ topic.word(index)) &* 0x100_0000_01B3
            hash ^= hash >> 29
        }
        let position = Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> (64 - Self.entryBits))
        return words + position * Self.entryWords
    }
}

// Sendable because the entries are atomic.
extension RouteCache: @unchecked Sendable {}

extension UnsafeRawBufferPointer {
    /// The number of words that represent these bytes.
    @inline(__always)
    fileprivate var wordCount: Int { (count + 7) / 8 }

    /// Returns eight bytes. The last of several words overlaps the one before it, so that no byte is read individually.
    @inline(__always)
    fileprivate func word(_ index: Int) -> UInt64 {
        if count >= 8 { return loadUnaligned(fromByteOffset: Swift.min(8 * index, count - 8), as: UInt64.self) }
        if count >= 4 {
            let (first, last) = (loadUnaligned(as: UInt32.self), loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return UInt64(first) << 32 | UInt64(last)
        }
        return UInt64(self[0]) << 16 | UInt64(self[count / 2]) << 8 | UInt64(self[count - 1])
    }
}
