import ConsistentHashing
import DequeModule

/// Counts messages by topic and by cluster. Replies to requests are counted in one row per cluster, see ``ReplySubjects``.
///
/// At most ``capacity`` topics are counted separately, fewer if their texts are very long. When the table is full, a new topic
/// takes the row of the least busy one, which is folded into ``FoldedTopics``. So totals stay exact and memory is bounded.
struct TrafficTable: Sendable {
    /// The standard number of topics that are counted separately.
    static let standardCapacity = 100_000
    /// The maximum size of all texts in bytes, 40 times the size of topics of usual length.
    static let standardTextCapacity = 64 << 20
    /// The number of samples to keep for each topic: one minute with one sample per second.
    static let sampleCapacity = 60

    let capacity: Int
    private let textCapacity: Int
    private var textBytes = 0
    private let ring: HashRing
    private var sources = TrafficSources()

    // One row per topic, in separate arrays, so that a snapshot shares the unchanged ones.
    private var topics: [TopicIdentity] = []
    private var counters: [TopicCounters] = []
    private var index = TopicIndex()
    private var replies: ReplySubjects
    /// The rows of replies. They are not in the index, and are never folded.
    private var replyRows: [ReplyKind: Int] = [:]
    /// The newest subjects of the rows of replies, by the serial number of the row.
    private var subjects: [Int: SystemSubjects] = [:]
    /// The number of subjects that are still kept until the next sample, so that a flood of replies costs little.
    private var subjectAllowance = TrafficTable.subjectRate
    /// The rates of all rows at each sample, the oldest first.
    private var samples = Deque<[Float]>()
    private var sampleCount = 0
    private var lastSample: Double
    private var nextSerial = 1
    private var snapshotCount = 0

    /// The topics that each server lists, by cluster.
    private var listed: [Int: [[UInt8]]] = [:]
    private var folder = TopicFolder()
    private var misrouted = MisroutedMessages()
    /// The rows to fold next, the least busy last.
    private var candidates: [(row: Int, messages: UInt64)] = []

    private(set) var clusters: [ClusterTraffic]

    /// The number of subjects of replies that are kept between two samples.
    private static let subjectRate = 500

    private struct ReplyKind: Sendable, Hashable {
        let cluster: Int
        let label: [UInt8]
    }

    /// - Parameter inboxPrefix: The inbox prefix of the console's own requests.
    init(
        ring: HashRing,
        inboxPrefix: String = "_INBOX",
        capacity: Int = TrafficTable.standardCapacity,
        textCapacity: Int = TrafficTable.standardTextCapacity,
        startedAt start: Duration = .zero
    ) {
        self.ring = ring
        self.capacity = max(1, capacity)
        self.textCapacity = textCapacity
        replies = ReplySubjects(ownPrefix: inboxPrefix)
        clusters = Array(repeating: ClusterTraffic(), count: ring.nodes.count)
        lastSample = start.inSeconds
    }

    // MARK: Sources

    /// Adds a source. If the source is a topic and not a pattern, the topic is known before its first message.
    mutating func add(_ source: TrafficSources.Source) {
        sources.add(source)
        if !source.pattern.isWildcard { source.pattern.withBytes { makeKnown($0) } }
        resolveAll()
    }

    mutating func removeSource(_ id: Int) {
        sources.remove(id)
        resolveAll()
    }

    /// Returns whether a source receives from every cluster.
    func coversAllClusters(_ source: Int) -> Bool { sources.coversAllClusters(source) }

    private mutating func resolveAll() {
        for row in topics.indices where !topics[row].isReplies { resolve(row) }
    }

    private mutating func resolve(_ row: Int) {
        let (counting, origins) = topics[row].bytes.withUnsafeBytes { sources.resolve($0) }
        counters[row].countingSource = counting
        counters[row].origins = counters[row].origins.intersection([.published, .listed]).union(origins)
    }

    // MARK: Listed by servers

    /// Replaces the listed topics of a server. Listed topics do not push others out: if the table is full, only topics that are
    /// already in it are marked.
    mutating func list(_ topics: [[UInt8]], of cluster: Int) {
        listed[cluster] = topics
        for row in counters.indices { counters[row].origins.remove(.listed) }
        for topic in listed.values.joined() {
            topic.withUnsafeBytes { topic in
                let key = TopicIndex.key(topic)
                let known = index.row(of: topic, key: key, in: self.topics)
                guard known != nil || (hasRoom && replies.label(of: topic, key: key) == nil) else { return }
                counters[known ?? insert(topic, key: key)].origins.insert(.listed)
            }
        }
    }

    // MARK: Counting

    /// Counts a received message, unless another source counts its topic.
    /// - Parameter reply: The reply subject of the message.
    /// - Returns: nil if the message was not counted.
    @discardableResult
    mutating func receive(
        topic: UnsafeRawBufferPointer,
        reply: UnsafeRawBufferPointer? = nil,
        byteCount: Int,
        cluster: Int,
        source: Int,
        at time: Double
    ) -> CountedMessage? {
        let key = TopicIndex.key(topic)
        let row: Int
        if let known = index.row(of: topic, key: key, in: topics) {
            row = known
            guard counters[row].countingSource == Int32(truncatingIfNeeded: source) else { return nil }
        } else if let label = replies.label(of: topic, key: key) {
            // Every reply has its own subject, so the counting source is determined for each reply.
            let (counting, origins) = sources.resolve(topic)
            guard counting == Int32(truncatingIfNeeded: source) else { return nil }
            row = replyRow(label, of: cluster)
            counters[row].origins.formUnion(origins)
            keep(topic, of: row, at: time)
        } else {
            row = insert(topic, key: key)
            guard counters[row].countingSource == Int32(truncatingIfNeeded: source) else { return nil }
        }
        counters[row].messagesIn += 1
        counters[row].bytesIn += UInt64(byteCount)
        counters[row].lastMessage = time
        counters[row].clustersSeen.insert(cluster)
        if cluster != topics[row].owner, topics[row].isRouted {
            misrouted.add(topic: topics[row].serial, cluster: cluster, at: time)
        }
        clusters[cluster].messagesIn += 1
        clusters[cluster].bytesIn += UInt64(byteCount)
        let counted = CountedMessage(ordinal: counters[row].messagesIn, row: topics[row].isReplies ? nil : row)
        // This is last, because it may move rows.
        if let reply { expect(reply, from: cluster) }
        return counted
    }

    /// Counts a published message that a cluster accepted.
    mutating func publish(topic: UnsafeRawBufferPointer, byteCount: Int, cluster: Int, at time: Double) {
        let row = row(of: topic, of: cluster)
        counters[row].origins.insert(.published)
        counters[row].messagesOut += 1
        counters[row].bytesOut += UInt64(byteCount)
        counters[row].lastMessage = time
        clusters[cluster].messagesOut += 1
        clusters[cluster].bytesOut += UInt64(byteCount)
    }

    // MARK: Sampling

    /// Computes all rates over the time since the last sample. A call within a tenth of a second after the last sample does
    /// nothing, because the rate would not be meaningful.
    mutating func sample(at time: Double) {
        let elapsed = time - lastSample
        guard elapsed >= 0.1 else { return }
        lastSample = time
        for index in clusters.indices { clusters[index].sample(elapsed: elapsed) }
        var rates: [Float] = []
        rates.reserveCapacity(counters.count)
        for row in counters.indices {
            counters[row].sample(elapsed: elapsed)
            rates.append(counters[row].rateIn + counters[row].rateOut)
        }
        subjectAllowance = Self.subjectRate
        samples.append(rates)
        sampleCount += 1
        if samples.count > Self.sampleCapacity { samples.removeFirst() }
    }

    /// Returns the current counts. The snapshot shares its storage with the table until the table changes.
    mutating func snapshot() -> TrafficSnapshot {
        snapshotCount += 1
        return TrafficSnapshot(
            id: snapshotCount,
            topics: topics,
            counters: counters,
            samples: samples,
            firstSample: sampleCount - samples.count,
            folded: folder.folded,
            replyRows: replyRows.values.sorted(),
            subjects: subjects,
            clusters: clusters,
            misrouted: misrouted
        )
    }

    // MARK: Rows

    /// The number of topics that are counted separately, without the rows of replies.
    private var topicCount: Int { topics.count - replyRows.count }

    private var hasRoom: Bool { topicCount < capacity }

    /// Adds a row for a topic, also if it is an inbox, because a subscription names it.
    private mutating func makeKnown(_ topic: UnsafeRawBufferPointer) {
        let key = TopicIndex.key(topic)
        if index.row(of: topic, key: key, in: topics) == nil { _ = insert(topic, key: key) }
    }

    private mutating func row(of topic: UnsafeRawBufferPointer, of cluster: Int) -> Int {
        let key = TopicIndex.key(topic)
        if let known = index.row(of: topic, key: key, in: topics) { return known }
        if let label = replies.label(of: topic, key: key) { return replyRow(label, of: cluster) }
        return insert(topic, key: key)
    }

    private mutating func insert(_ topic: UnsafeRawBufferPointer, key: UInt64) -> Int {
        folder.returned(key)
        let lookup = ring.lookup(ofBytes: topic)
        let identity = TopicIdentity(serial: nextSerial, bytes: Array(topic), hash: lookup.hash, owner: lookup.index)
        nextSerial += 1
        while textBytes + identity.textBytes > textCapacity, topicCount > 1 { remove(foldLeastBusy()) }
        textBytes += identity.textBytes
        let row: Int
        if hasRoom {
            row = append(identity)
        } else {
            row = foldLeastBusy()
            topics[row] = identity
            counters[row] = TopicCounters()
            counters[row].firstSample = sampleCount
        }
        index.link(row, key: key)
        resolve(row)
        return row
    }

    private mutating func append(_ identity: TopicIdentity) -> Int {
        var fresh = TopicCounters()
        fresh.firstSample = sampleCount
        topics.append(identity)
        counters.append(fresh)
        index.appendRow()
        return topics.count - 1
    }

    // MARK: Replies

    private mutating func replyRow(_ label: [UInt8], of cluster: Int) -> Int {
        let kind = ReplyKind(cluster: cluster, label: label)
        if let known = replyRows[kind] { return known }
        let identity = TopicIdentity(serial: nextSerial, bytes: label, hash: 0, owner: cluster, isReplies: true)
        nextSerial += 1
        let row = append(identity)
        replyRows[kind] = row
        return row
    }

    /// Keeps a subject that a row counts together with others.
    private mutating func keep(_ subject: UnsafeRawBufferPointer, of row: Int, at time: Double) {
        guard subjectAllowance > 0 else { return }
        subjectAllowance -= 1
        subjects[topics[row].serial, default: SystemSubjects()].add(subject, at: time)
    }

    /// Records the reply subject of a message. If the reply arrived before its request, it was counted as a topic, and its row is
    /// moved to the replies.
    private mutating func expect(_ reply: UnsafeRawBufferPointer, from cluster: Int) {
        let key = TopicIndex.key(reply)
        guard let label = replies.expect(reply, key: key), let row = index.row(of: reply, key: key, in: topics),
            counters[row].messages == 1, counters[row].messagesIn == 1, !sources.isNamed(reply)
        else { return }
        let total = replyRow(label, of: cluster)
        counters[total].add(counters[row])
        keep(reply, of: total, at: counters[row].lastMessage)
        textBytes -= topics[row].textBytes
        forgetMisrouted(row)
        index.unlink(row, key: key)
        remove(row)
    }

    // MARK: Folding

    /// Folds the least busy topic.
    /// - Returns: The free row.
    private mutating func foldLeastBusy() -> Int {
        while true {
            while let candidate = candidates.popLast() {
                // The topic may have become busy or been replaced since it was chosen.
                guard candidate.row < counters.count, counters[candidate.row].messages == candidate.messages,
                    !topics[candidate.row].isReplies
                else { continue }
                fold(candidate.row)
                return candidate.row
            }
            candidates = FoldCandidates.choose(counters, topics, atMost: max(1, capacity / 16))
        }
    }

    private mutating func fold(_ row: Int) {
        textBytes -= topics[row].textBytes
        forgetMisrouted(row)
        let key = topics[row].bytes.withUnsafeBytes(TopicIndex.key)
        index.unlink(row, key: key)
        folder.add(counters[row], key: key)
    }

    private mutating func forgetMisrouted(_ row: Int) {
        guard !misrouted.isEmpty, topics[row].isRouted else { return }
        misrouted.forget(topic: topics[row].serial, from: counters[row].clustersSeen.clusters(of: clusters.count))
    }

    /// Removes a free row by moving the last row to it.
    private mutating func remove(_ row: Int) {
        let last = topics.count - 1
        if row != last {
            let moved = topics[last]
            (topics[row], counters[row]) = (moved, counters[last])
            // The old samples of the row belong to another topic.
            counters[row].firstSample = sampleCount
            if moved.isReplies {
                replyRows[ReplyKind(cluster: moved.owner, label: moved.bytes)] = row
            } else {
                let key = moved.bytes.withUnsafeBytes(TopicIndex.key)
                index.unlink(last, key: key)
                index.link(row, key: key)
            }
        }
        topics.removeLast()
        counters.removeLast()
        index.removeLastRow()
        candidates.removeAll { $0.row >= last }
    }
}
