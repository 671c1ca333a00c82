extension TopicTree {
    /// What is counted of a branch and everything below it.
    struct Sum: Sendable {
        var topics = 0
        /// Rows that are shown, those of replies included, which are no topics.
        var rows = 0
        var rateIn: Float = 0
        var rateOut: Float = 0
        var byteRate: Float = 0
        var messages: UInt64 = 0
        var lastMessage = -1.0
        var origins: TopicOrigins = []
        /// The cluster that owns all of it; nil for several.
        var owner: Int?

        mutating func add(_ other: Sum) {
            guard other.rows > 0 else { return }
            owner = rows == 0 || owner == other.owner ? other.owner : nil
            topics += other.topics
            rows += other.rows
            rateIn += other.rateIn
            rateOut += other.rateOut
            byteRate += other.byteRate
            messages += other.messages
            lastMessage = max(lastMessage, other.lastMessage)
            origins.formUnion(other.origins)
        }
    }

    /// One row of the tree as it is shown.
    struct Line: Sendable, Identifiable {
        /// The branch, which stays the same; negative for the line that says how many more it has.
        let id: Int
        let depth: Int
        var isExpanded = false
        /// Whether something is below it.
        var isBranch = false
        /// How many more the branch has than are shown, on the line that says it.
        var hidden = 0
    }
}
