import NATSWire

/// Where messages come from: our subscriptions and watches, and which of them counts a topic.
///
/// A message can reach the console more than once: through a watch, through a subscription to the topic, through one to
/// a wider pattern. It is counted and shown once, by this rule: **of the sources whose pattern covers a topic one counts,
/// and what the others deliver of it is ignored.** Watches come before subscriptions, because they listen on every
/// cluster; members of a queue group come last, because they get only a part; among equals the oldest counts.
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

    /// The one that counts first.
    private var sources: [Source] = []

    mutating func add(_ source: Source) {
        sources.append(source)
        sources.sort { $0.rank < $1.rank }
    }

    mutating func remove(_ id: Int) {
        sources.removeAll { $0.id == id }
    }

    /// Whether a source is there for exactly this topic.
    func isNamed(_ topic: UnsafeRawBufferPointer) -> Bool {
        sources.contains { source in !source.pattern.isWildcard && source.pattern.matches(topic) }
    }

    /// The source that counts a topic, -1 for none, and why the topic is known.
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
