/// The combined counts of topics that are no longer counted separately.
struct FoldedTopics: Sendable, Hashable {
    fileprivate(set) var count = 0
    /// Whether ``count`` may be too high, because forgotten topics may be counted separately again.
    fileprivate(set) var isEstimate = false
    fileprivate(set) var messagesIn: UInt64 = 0
    fileprivate(set) var bytesIn: UInt64 = 0
    fileprivate(set) var messagesOut: UInt64 = 0
    fileprivate(set) var bytesOut: UInt64 = 0
}

/// Folds topics and remembers them, so that a topic that is counted separately again is subtracted from the number of folded
/// topics.
struct TopicFolder: Sendable {
    /// The maximum number of remembered topics, which need at most 16 MB.
    static let memory = 1_000_000

    private(set) var folded = FoldedTopics()
    private var keys: Set<UInt64> = []

    /// Adds the counts of a topic. If messages of the topic arrive later, it is counted separately again, but its earlier counts
    /// stay here.
    mutating func add(_ counters: TopicCounters, key: UInt64) {
        folded.messagesIn += counters.messagesIn
        folded.bytesIn += counters.bytesIn
        folded.messagesOut += counters.messagesOut
        folded.bytesOut += counters.bytesOut
        folded.count += 1
        if keys.count < Self.memory { keys.insert(key) } else { folded.isEstimate = true }
    }

    /// Records that a topic is counted separately again.
    mutating func returned(_ key: UInt64) {
        if !keys.isEmpty, keys.remove(key) != nil { folded.count -= 1 }
    }
}
