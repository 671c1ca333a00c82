import NATSWire

/// The subscriptions and watches that messages are received from. They decide which source counts a topic.
///
/// The console can receive a message more than once: through a watch, through a subscription to the topic, and through a
/// subscription to a pattern. The message is counted and shown once. **One of the sources that cover a topic counts it, and the
/// messages from the others are ignored.** Watches come before subscriptions, because they receive from every cluster. Members of
/// a queue group come last, because they receive only some messages. Among equal sources the oldest counts.
struct TrafficSources: Sendable {
    struct Source: Sendable {
        let id: Int
        let pattern: Subject
        let purpose: SubscriptionRequest.Purpose
        let isQueueMember: Bool

        fileprivate var rank: (Int, Int) {
            (isQueueMember ? 2 : purpose == .watch ? 0 : 1, id)
        }
    }

    /// The sources in the order in which they count topics.
    private var sources: [Source] = []

    mutating func add(_ source: Source) {
        sources.append(source)
        sources.sort { $0.rank < $1.rank }
    }

    mutating func remove(_ id: Int) {
        sources.removeAll { $0.id == id }
    }

    /// Returns whether a source subscribes to a pattern, which is on every cluster. A topic is on the cluster that owns it.
    func coversAllClusters(_ id: Int) -> Bool { sources.contains { $0.id == id && $0.pattern.isWildcard } }

    /// Returns whether a source subscribes to exactly this topic.
    func isNamed(_ topic: UnsafeRawBufferPointer) -> Bool {
        sources.contains { source in !source.pattern.isWildcard && source.pattern.matches(topic) }
    }

    /// Returns the source that counts a topic, or -1, and the origins of the topic.
    func resolve(_ topic: UnsafeRawBufferPointer) -> (counting: Int32, origins: TopicOrigins) {
        var counting: Int32 = -1
        var origins: TopicOrigins = []
        for source in sources where source.pattern.matches(topic) {
            if counting < 0 { counting = Int32(truncatingIfNeeded: source.id) }
            origins.insert(source.purpose == .watch ? .watched : .subscribed)
        }
        return (counting, origins)
    }
}
