/// The messages that were received from clusters that do not own their topics. Their publishers have another ring.
struct MisroutedMessages: Sendable {
    /// The messages of a topic from one cluster.
    struct Count: Sendable, Hashable {
        var messages: UInt64 = 0
        /// When the first and the last of them were received, in seconds since the console started.
        var first: Double
        var last: Double
    }

    private struct Key: Hashable {
        let topic: Int
        let cluster: Int
    }

    /// The maximum number of pairs of a topic and a cluster that are counted.
    static let capacity = 10_000

    private var counts: [Key: Count] = [:]

    /// When the first and the last message of the present series were received, in seconds since the console started.
    private(set) var series: (first: Double, last: Double)?
    /// Messages with a longer pause between them belong to different series.
    private static let longestPause = 60.0

    var isEmpty: Bool { counts.isEmpty }

    /// Counts a message of a topic with this serial number. If this console has another ring than the publishers, this is called for
    /// nearly every message.
    mutating func add(topic serial: Int, cluster: Int, at time: Double) {
        let isContinued = series.map { time - $0.last < Self.longestPause } ?? false
        series = (isContinued ? series?.first ?? time : time, time)
        let key = Key(topic: serial, cluster: cluster)
        // Only a new pair needs the check of the capacity.
        if counts.count >= Self.capacity, counts[key] == nil { return }
        let count: (inout Count) -> Void = { count in
            count.messages += 1
            count.last = time
        }
        count(&counts[key, default: Count(first: time, last: time)])
    }

    /// Returns the counts of a topic by cluster.
    /// - Parameter clusters: The clusters that messages of the topic may have been received from.
    func counts(of serial: Int, from clusters: some Sequence<Int>) -> [(cluster: Int, count: Count)] {
        guard !isEmpty else { return [] }
        return clusters.compactMap { cluster in counts[Key(topic: serial, cluster: cluster)].map { (cluster, $0) } }
    }

    /// Forgets the counts of a topic.
    /// - Parameter clusters: The clusters that messages of the topic may have been received from.
    mutating func forget(topic serial: Int, from clusters: some Sequence<Int>) {
        guard !isEmpty else { return }
        for cluster in clusters { counts[Key(topic: serial, cluster: cluster)] = nil }
    }
}
