/// Finds the topics to fold next: the least busy ones first, and the console's own topics last.
enum FoldCandidates {
    private struct Ranked {
        let rank: UInt64
        let row: Int32
    }

    /// Returns many candidates at once, because finding one costs as much as finding a thousand.
    /// - Returns: The rows and their message counts, the least busy last.
    static func choose(_ counters: [TopicCounters], _ topics: [TopicIdentity], atMost count: Int) -> [(
        row: Int, messages: UInt64
    )] {
        var ranked: [Ranked] = []
        ranked.reserveCapacity(counters.count)
        for row in counters.indices where !topics[row].isReplies {
            ranked.append(Ranked(rank: rank(counters[row]), row: Int32(truncatingIfNeeded: row)))
        }
        // Sorting by one number per topic is several times faster than comparing four figures of each pair.
        ranked.sort { $0.rank != $1.rank ? $0.rank < $1.rank : $0.row < $1.row }
        return ranked.prefix(count).reversed().map { (Int($0.row), counters[Int($0.row)].messages) }
    }

    /// Returns the leading bits of the rate, the message count and the time of the last message as one number. The bit patterns
    /// of positive numbers are ordered like the numbers.
    private static func rank(_ counters: TopicCounters) -> UInt64 {
        func leading(_ value: Float) -> UInt64 { UInt64(max(0, value).bitPattern >> 11) }
        let ours: UInt64 = counters.isOurs ? 1 << 63 : 0
        return ours | leading(counters.rateIn + counters.rateOut) << 42 | leading(Float(counters.messages)) << 21
            | leading(Float(counters.lastMessage + 1))
    }
}

extension TopicCounters {
    var isOurs: Bool { !origins.intersection([.subscribed, .published]).isEmpty }
}
