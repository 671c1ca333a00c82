/// The messages that were received from clusters that do not own their topics. Their publishers have another ring.
struct MisroutedMessages: Sendable {
    /// The messages of a topic from one cluster.
    struct Count: Sendable, Hashable {
        var messages: UInt64 = 0
        /// When the first and the last of them were received, in seconds since the console started.
        var first: Double
        var last: Double
    }

    /// The maximum number of topics that are counted.
    static let capacity = 10_000

    /// The counts by cluster, by the serial number of the topic.
    private(set) var topics: [Int: [Int: Count]] = [:]

    mutating func add(topic serial: Int, cluster: Int, at time: Double) {
        guard topics[serial] != nil || topics.count < Self.capacity else { return }
        topics[serial, default: [:]][cluster, default: Count(first: time, last: time)].messages += 1
        topics[serial]?[cluster]?.last = time
    }

    mutating func forget(topic serial: Int) {
        if !topics.isEmpty { topics[serial] = nil }
    }
}
