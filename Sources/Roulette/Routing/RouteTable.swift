import struct Synchronization.Atomic
import func Synchronization.atomicMemoryFence

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A hash table of topics and their destinations, for any number of threads and without a lock.
///
/// A topic has one set of four entries, and is in one of them. One word for each set has a tag for each entry, 16 bits of the
/// topic's hash, so that a lookup usually reads one entry. Each entry is a sequence lock: its first word counts the changes and
/// is odd during a change. If a reader sees an odd count, or a different count after reading the rest, the lookup misses. Topics
/// are compared byte by byte, so a hash collision cannot return the destination of another topic.
///
/// The number of sets in use doubles when three eighths of their entries are filled, up to a limit. Then about 3 % of the topics
/// share a full set, and replace each other. The address space for the limit is reserved at the start, and the system allocates
/// its pages when entries are used. Doubling moves nothing: half of the topics have a new set, are not found there, and are
/// inserted again. Their previous entries are replaced first.
struct RouteTable: ~Copyable {
    private typealias Word = Atomic<UInt64>

    private static let ways = 4
    /// The count of changes; the length, cluster and slot of the topic. The bytes of the topic follow.
    private static let prefixWords = 2
    private static let smallestSets = 512
    /// The part of the memory that always has small pages, so that a client with few topics needs little memory.
    private static let smallPagesSize = 2 << 20

    /// Longer topics do not fit.
    let topicLength: Int
    private let entryWords: Int
    private let largestSets: Int
    /// The tags of the sets, and behind them the entries. Initially zero.
    private let tags: UnsafeMutablePointer<Word>
    private let entries: UnsafeMutablePointer<Word>
    private let byteCount: Int
    /// The number of sets in use, minus one. That number is a power of two.
    private let mask = Atomic<Int>(Self.smallestSets - 1)
    /// The number of entries that were ever filled.
    private let filled = Atomic<Int>(0)

    /// - Parameters:
    ///   - topicLength: The longest topic in bytes, a multiple of 8.
    ///   - largest: The largest number of entries, a power of two.
    init(topicLength: Int, largest: Int) {
        self.topicLength = topicLength
        entryWords = Self.prefixWords + topicLength / 8
        largestSets = largest / Self.ways
        let wordCount = largestSets + entryWords * largest
        byteCount = wordCount * MemoryLayout<Word>.stride
        // Unlike `calloc`, this returns whole pages, so that an entry begins with a cache line.
        let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            // Other allocations in Swift trap too.
            preconditionFailure("out of memory")
        }
        // `Atomic<UInt64>` has the same representation as `UInt64`.
        tags = memory.bindMemory(to: Word.self, capacity: wordCount)
        entries = tags + largestSets
        #if os(Linux)
        // With small pages, most lookups in a large table would also miss the cache of page addresses.
        if byteCount > Self.smallPagesSize {
            madvise(memory + Self.smallPagesSize, byteCount - Self.smallPagesSize, MADV_HUGEPAGE)
        }
        #endif
    }

    deinit {
        munmap(tags, byteCount)
    }

    /// The number of entries in use or free for use.
    var capacity: Int { (mask.load(ordering: .relaxed) + 1) * Self.ways }

    /// Returns the destination of a topic, if it is in the table.
    /// - Parameter topic: 1 to ``topicLength`` bytes.
    func find(_ topic: UnsafeRawBufferPointer) -> Destination? {
        let wordCount = topic.count.words
        let hash = Self.hash(length: topic.count) { topic.word($0) }
        let set = set(of: hash)
        let tag = Self.tag(of: hash)
        var tags = tags[set].load(ordering: .relaxed)
        var entry = entries + set * (Self.ways * entryWords)
        while tags != 0 {
            if tags & 0xFFFF == tag, let found = read(entry, topic, wordCount) { return found }
            tags >>= 16
            entry += entryWords
        }
        return nil
    }

    @inline(__always)
    private func read(
        _ entry: UnsafeMutablePointer<Word>,
        _ topic: UnsafeRawBufferPointer,
        _ wordCount: Int
    ) -> Destination? {
        let changes = entry[0].load(ordering: .acquiring)
        let place = Place(word: entry[1].load(ordering: .relaxed))
        guard changes & 1 == 0, place.length == topic.count else { return nil }
        for index in 0..<wordCount {
            guard entry[Self.prefixWords + index].load(ordering: .relaxed) == topic.word(index) else { return nil }
        }
        atomicMemoryFence(ordering: .acquiring)
        guard entry[0].load(ordering: .relaxed) == changes else { return nil }
        return place.destination
    }

    /// Enters the destination of a topic. Does nothing while another thread changes the same entry.
    /// - Parameter topic: 1 to ``topicLength`` bytes.
    func insert(_ topic: UnsafeRawBufferPointer, _ destination: Destination) {
        let hash = Self.hash(length: topic.count) { topic.word($0) }
        let set = set(of: hash)
        let way = entryToReplace(in: set, hash: hash)
        let entry = entry(way, of: set)
        let changes = entry[0].load(ordering: .relaxed)
        guard changes & 1 == 0,
            entry[0].compareExchange(expected: changes, desired: changes + 1, ordering: .acquiring).exchanged
        else { return }
        atomicMemoryFence(ordering: .releasing)
        entry[1].store(Place(length: topic.count, destination).word, ordering: .relaxed)
        for index in 0..<topic.count.words { entry[Self.prefixWords + index].store(topic.word(index), ordering: .relaxed) }
        entry[0].store(changes + 2, ordering: .releasing)
        setTag(Self.tag(of: hash), of: way, in: set)
        if changes == 0 { growIfNeeded() }
    }

    private func setTag(_ tag: UInt64, of way: Int, in set: Int) {
        var old = tags[set].load(ordering: .relaxed)
        while true {
            let new = old & ~(0xFFFF << UInt64(16 * way)) | tag << UInt64(16 * way)
            let (exchanged, original) = tags[set].weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }

    private func growIfNeeded() {
        let filled = filled.add(1, ordering: .relaxed).newValue
        let mask = mask.load(ordering: .relaxed)
        let sets = mask + 1
        guard filled > sets * Self.ways * 3 / 8, sets < largestSets else { return }
        // If another thread was faster, there is nothing to do.
        _ = self.mask.compareExchange(expected: mask, desired: 2 * sets - 1, ordering: .relaxed)
    }

    /// Returns which entry of a set a new topic replaces: a free one; else one whose topic has another set since the table has grown; else one
    /// that the topic determines, so that topics that use a full set in turn do not replace all of its entries.
    private func entryToReplace(in set: Int, hash: UInt64) -> Int {
        var outdated: Int?
        for way in 0..<Self.ways {
            let entry = entry(way, of: set)
            let length = Place(word: entry[1].load(ordering: .relaxed)).length
            if length == 0 { return way }
            let present = Self.hash(length: length) { entry[Self.prefixWords + $0].load(ordering: .relaxed) }
            if self.set(of: present) != set { outdated = way }
        }
        return outdated ?? Int(truncatingIfNeeded: hash & 3)
    }

    @inline(__always)
    private func set(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash >> 16) & mask.load(ordering: .relaxed)
    }

    private func entry(_ way: Int, of set: Int) -> UnsafeMutablePointer<Word> {
        entries + (set * Self.ways + way) * entryWords
    }

    /// Never zero, which is the tag of a free entry.
    @inline(__always)
    private static func tag(of hash: UInt64) -> UInt64 { max(1, hash >> 48) }

    /// Only selects an entry: FNV-1a over whole words, with its high bits mixed in.
    @inline(__always)
    private static func hash(length: Int, word: (Int) -> UInt64) -> UInt64 {
        var hash = 0xCBF2_9CE4_8422_2325 ^ UInt64(length)
        for index in 0..<length.words {
            hash = (hash ^ word(index)) &* 0x100_0000_01B3
            hash ^= hash >> 29
        }
        hash &*= 0x9E37_79B9_7F4A_7C15
        return hash ^ hash >> 32
    }
}

// Sendable because the entries are atomic.
extension RouteTable: @unchecked Sendable {}

/// The second word of an entry: the length of the topic, and its destination. Zero in a free entry.
private struct Place {
    let word: UInt64

    @inline(__always)
    init(word: UInt64) { self.word = word }

    @inline(__always)
    init(length: Int, _ destination: Destination) {
        word = UInt64(length) << 48 | UInt64(destination.slot) << 32 | UInt64(destination.cluster)
    }

    @inline(__always)
    var length: Int { Int(truncatingIfNeeded: word >> 48) }

    @inline(__always)
    var destination: Destination {
        Destination(
            cluster: Int(truncatingIfNeeded: word & 0xFFFF_FFFF),
            slot: Int(truncatingIfNeeded: word >> 32 & 0xFFFF)
        )
    }
}

extension Int {
    /// The number of words that represent this number of bytes.
    @inline(__always)
    fileprivate var words: Int { (self + 7) / 8 }
}

extension UnsafeRawBufferPointer {
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
