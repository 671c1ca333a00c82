extension TopicTree {
    /// The counts of a branch with everything below it.
    struct Sum: Sendable {
        var topics = 0
        /// The number of shown rows, including the rows of replies, which are not topics.
        var rows = 0
        var rateIn: Float = 0
        var rateOut: Float = 0
        var byteRate: Float = 0
        var messages: UInt64 = 0
        var lastMessage = -1.0
        var origins: TopicOrigins = []
        /// The cluster that owns all topics; nil if there are several.
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

    /// One row of the displayed tree.
    struct Line: Sendable, Identifiable {
        /// The number of the node, which does not change; negative for the line with the number of hidden children.
        let id: Int
        let depth: Int
        var isExpanded = false
        /// Whether the node has children.
        var isBranch = false
        /// The number of hidden children of the branch; 0 for lines of nodes.
        var hidden = 0
    }
}
