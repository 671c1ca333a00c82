/// Caches the destinations of topics. Any number of threads can use it concurrently, without a lock.
///
/// Nearly all topics fit into the table whose entries have the size of a cache line. A topic that does not, but has at most
/// ``longestTopic`` bytes, is in a table with entries of two cache lines.
struct RouteCache: ~Copyable {
    /// Longer topics are not cached.
    static let longestTopic = 112

    /// At most 17 MiB.
    private let short = RouteTable(topicLength: 48, largest: 1 << 18)
    /// At most 9 MiB.
    private let long = RouteTable(topicLength: longestTopic, largest: 1 << 16)

    /// Returns the destination of a topic, if it is cached.
    @inline(__always)
    func find(_ topic: UnsafeRawBufferPointer) -> Destination? {
        guard !topic.isEmpty else { return nil }
        if topic.count <= short.topicLength { return short.find(topic) }
        return topic.count <= long.topicLength ? long.find(topic) : nil
    }

    /// Caches the destination of a topic. Does nothing while another thread changes the same entry.
    func insert(_ topic: UnsafeRawBufferPointer, _ destination: Destination) {
        guard !topic.isEmpty else { return }
        if topic.count <= short.topicLength {
            short.insert(topic, destination)
        } else if topic.count <= long.topicLength {
            long.insert(topic, destination)
        }
    }
}
