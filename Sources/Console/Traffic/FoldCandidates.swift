/// Finds the topics that are folded next: the least busy ones, and our own last.
enum FoldCandidates {
    private struct Ranked {
        let rank: UInt64
        let row: Int32
    }

    /// Chooses many at once, because finding the least busy one costs as much as finding a thousand.
    /// - Returns: Their rows with what they had counted, the least busy last.
    static func choose(_ counters: [TopicCounters], _ topics: [TopicIdentity], atMost count: Int) -> [(
        row: Int, messages: UInt64
    )] {
        var ranked: [Ranked] = []
        ranked.reserveCapacity(counters.count)
        for row in counters.indices where !topics[row].isReplies {
            ranked.append(Ranked(rank: rank(counters[row]), row: Int32(truncatingIfNeeded: row)))
        }
        // One number for each: comparing four figures of each pair would take several times as long.
        ranked.sort { $0.rank != $1.rank ? $0.rank < $1.rank : $0.row < $1.row }
        return ranked.prefix(count).reversed().map { (Int($0.row), counters[Int($0.row)].messages) }
    }

    /// Rate, messages and time of the last message behind each other, each by its leading bits: a positive number's bits are in
    /// the order of its value.
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
