/// The counts of the topics that are not counted one by one any more.
struct FoldedTopics: Sendable, Hashable {
    /// How many there are.
    fileprivate(set) var count = 0
    /// Whether ``count`` may be too high, because some were forgotten and may have come back.
    fileprivate(set) var isEstimate = false
    fileprivate(set) var messagesIn: UInt64 = 0
    fileprivate(set) var bytesIn: UInt64 = 0
    fileprivate(set) var messagesOut: UInt64 = 0
    fileprivate(set) var bytesOut: UInt64 = 0
}

/// Folds topics, and remembers which, so that one that comes back is not taken for a new one.
struct TopicFolder: Sendable {
    /// Topics remembered: 16 MB at most.
    static let memory = 1_000_000

    private(set) var folded = FoldedTopics()
    private var keys: Set<UInt64> = []

    /// Takes a topic's counts in. A topic that comes back later is counted one by one from then on; what it had before
    /// stays here.
    mutating func add(_ counters: TopicCounters, key: UInt64) {
        folded.messagesIn += counters.messagesIn
        folded.bytesIn += counters.bytesIn
        folded.messagesOut += counters.messagesOut
        folded.bytesOut += counters.bytesOut
        folded.count += 1
        if keys.count < Self.memory { keys.insert(key) } else { folded.isEstimate = true }
    }

    /// A topic is counted by itself again.
    mutating func returned(_ key: UInt64) {
        if !keys.isEmpty, keys.remove(key) != nil { folded.count -= 1 }
    }
}
