import DequeModule
import HashRing

/// Counts messages by topic and by cluster.
///
/// At most ``capacity`` topics are counted one by one, fewer if their texts are very long. When another comes, the least
/// busy one is folded into ``FoldedTopics`` and gives it its place, so that totals stay exact and memory stays bounded
/// whatever is published.
struct TrafficTable: Sendable {
    /// Topics counted one by one unless told otherwise.
    static let standardCapacity = 100_000
    /// Bytes that the texts of all of them may have: 40 times what topics of usual length need.
    static let standardTextCapacity = 64 << 20
    /// Samples kept for each topic: a minute of one a second.
    static let sampleCapacity = 60

    let capacity: Int
    private let textCapacity: Int
    private var textBytes = 0
    private let ring: HashRing
    private var sources = TrafficSources()

    // One row per topic, in arrays of their own so that a snapshot shares what did not change.
    private var topics: [TopicIdentity] = []
    private var counters: [TopicCounters] = []
    /// The first row of each hash of a topic's bytes, and for each row the next one of the same hash, -1 for none.
    private var firstRow: [UInt64: Int32] = [:]
    private var nextRow: [Int32] = []
    /// Rates of all rows at each sample, oldest first.
    private var samples = Deque<[Float]>()
    private var sampleCount = 0
    private var lastSample: Double
    private var nextSerial = 1
    private var snapshotCount = 0

    /// What each server lists, by cluster.
    private var listed: [Int: [[UInt8]]] = [:]
    private var folder = TopicFolder()
    /// Rows to fold next, the least busy last.
    private var candidates: [(row: Int, messages: UInt64)] = []

    private(set) var clusters: [ClusterTraffic]

    init(
        ring: HashRing,
        capacity: Int = TrafficTable.standardCapacity,
        textCapacity: Int = TrafficTable.standardTextCapacity,
        startedAt start: Duration = .zero
    ) {
        self.ring = ring
        self.capacity = max(1, capacity)
        self.textCapacity = textCapacity
        clusters = Array(repeating: ClusterTraffic(), count: ring.nodes.count)
        lastSample = start.inSeconds
    }

    // MARK: Sources

    /// Adds a source. A topic that is subscribed to by name is known from now on, with no message yet.
    mutating func add(_ source: TrafficSources.Source) {
        sources.add(source)
        if !source.pattern.isWildcard { source.pattern.withBytes { _ = row(of: $0) } }
        resolveAll()
    }

    mutating func removeSource(_ id: Int) {
        sources.remove(id)
        resolveAll()
    }

    private mutating func resolveAll() {
        for row in topics.indices { resolve(row) }
    }

    private mutating func resolve(_ row: Int) {
        let (counting, origins) = topics[row].bytes.withUnsafeBytes { sources.resolve($0) }
        counters[row].countingSource = counting
        counters[row].origins = counters[row].origins.intersection([.published, .listed]).union(origins)
    }

    // MARK: Listed by servers

    /// Makes the topics known that a server lists, in place of those that it listed before. They push nothing out: once
    /// the table is full only those that are in it already are marked.
    mutating func list(_ topics: [[UInt8]], of cluster: Int) {
        listed[cluster] = topics
        for row in counters.indices { counters[row].origins.remove(.listed) }
        for topic in listed.values.joined() {
            topic.withUnsafeBytes { topic in
                guard let row = existingRow(of: topic) ?? (self.topics.count < capacity ? row(of: topic) : nil) else { return }
                counters[row].origins.insert(.listed)
            }
        }
    }

    // MARK: Counting

    /// Counts a message received, unless another source counts its topic.
    /// - Returns: Whether it was counted.
    @discardableResult
    mutating func receive(
        topic: UnsafeRawBufferPointer,
        byteCount: Int,
        cluster: Int,
        source: Int,
        at time: Double
    ) -> Bool {
        let row = row(of: topic)
        guard counters[row].countingSource == Int32(truncatingIfNeeded: source) else { return false }
        counters[row].messagesIn += 1
        counters[row].bytesIn += UInt64(byteCount)
        counters[row].lastMessage = time
        counters[row].clustersSeen |= 1 << UInt64(min(cluster, 63))
        clusters[cluster].messagesIn += 1
        clusters[cluster].bytesIn += UInt64(byteCount)
        return true
    }

    /// Counts messages that a cluster accepted from us.
    mutating func publish(topic: UnsafeRawBufferPointer, byteCount: Int, cluster: Int, at time: Double) {
        let row = row(of: topic)
        counters[row].origins.insert(.published)
        counters[row].messagesOut += 1
        counters[row].bytesOut += UInt64(byteCount)
        counters[row].lastMessage = time
        clusters[cluster].messagesOut += 1
        clusters[cluster].bytesOut += UInt64(byteCount)
    }

    // MARK: Sampling

    /// Works out all rates over the time since the last sample. Calls closer together than a tenth of a second change
    /// nothing: a rate over so little time says nothing.
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
        samples.append(rates)
        sampleCount += 1
        if samples.count > Self.sampleCapacity { samples.removeFirst() }
    }

    /// Everything as it is now. Shares its storage with the table until that changes.
    mutating func snapshot() -> TrafficSnapshot {
        snapshotCount += 1
        return TrafficSnapshot(
            id: snapshotCount,
            topics: topics,
            counters: counters,
            samples: samples,
            firstSample: sampleCount - samples.count,
            folded: folder.folded,
            clusters: clusters
        )
    }

    // MARK: Rows

    private mutating func row(of topic: UnsafeRawBufferPointer) -> Int {
        let key = Self.key(topic)
        return find(topic, key: key) ?? insert(topic, key: key)
    }

    private func existingRow(of topic: UnsafeRawBufferPointer) -> Int? { find(topic, key: Self.key(topic)) }

    private func find(_ topic: UnsafeRawBufferPointer, key: UInt64) -> Int? {
        var row = firstRow[key] ?? -1
        while row >= 0 {
            if topics[Int(row)].bytes.withUnsafeBytes({ $0.elementsEqual(topic) }) { return Int(row) }
            row = nextRow[Int(row)]
        }
        return nil
    }

    private mutating func insert(_ topic: UnsafeRawBufferPointer, key: UInt64) -> Int {
        folder.returned(key)
        let lookup = ring.lookup(ofBytes: topic)
        let identity = TopicIdentity(serial: nextSerial, bytes: Array(topic), hash: lookup.hash, owner: lookup.index)
        nextSerial += 1
        var fresh = TopicCounters()
        fresh.firstSample = sampleCount
        while textBytes + identity.textBytes > textCapacity, topics.count > 1 { removeLeastBusy() }
        textBytes += identity.textBytes
        let row: Int
        if topics.count < capacity {
            row = topics.count
            topics.append(identity)
            counters.append(fresh)
            nextRow.append(-1)
        } else {
            row = foldLeastBusy()
            topics[row] = identity
            counters[row] = fresh
        }
        link(row, key: key)
        resolve(row)
        return row
    }

    /// Seeded anew in each process, so that nobody can choose topics that all fall on one key.
    private static func key(_ topic: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: topic)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    // MARK: Folding

    private mutating func foldLeastBusy() -> Int {
        while true {
            while let candidate = candidates.popLast() {
                // It may have become busy, or have been replaced, since it was chosen.
                guard counters[candidate.row].messages == candidate.messages else { continue }
                fold(candidate.row)
                return candidate.row
            }
            chooseCandidates()
        }
    }

    /// Chooses many at once, because finding the least busy one costs as much as sorting. Our own topics go last.
    private mutating func chooseCandidates() {
        let order = counters.indices.sorted { one, other in
            let (a, b) = (counters[one], counters[other])
            return (a.isOurs ? 1 : 0, a.rateIn + a.rateOut, a.messages, a.lastMessage)
                < (b.isOurs ? 1 : 0, b.rateIn + b.rateOut, b.messages, b.lastMessage)
        }
        candidates = order.prefix(max(1, capacity / 16)).reversed().map { ($0, counters[$0].messages) }
    }

    /// Folds a topic and gives its row to the last one.
    private mutating func removeLeastBusy() {
        let row = foldLeastBusy()
        let last = topics.count - 1
        if row != last {
            let key = unlink(last)
            (topics[row], counters[row]) = (topics[last], counters[last])
            // The samples of the row are another topic's.
            counters[row].firstSample = sampleCount
            link(row, key: key)
        }
        topics.removeLast()
        counters.removeLast()
        nextRow.removeLast()
        candidates.removeAll { $0.row >= last }
    }

    private mutating func fold(_ row: Int) {
        textBytes -= topics[row].textBytes
        folder.add(counters[row], key: unlink(row))
    }

    private mutating func link(_ row: Int, key: UInt64) {
        nextRow[row] = firstRow[key] ?? -1
        firstRow[key] = Int32(row)
    }

    /// Takes a row out of what topics are found by.
    private mutating func unlink(_ row: Int) -> UInt64 {
        let key = topics[row].bytes.withUnsafeBytes(Self.key)
        let next = nextRow[row]
        if firstRow[key] == Int32(row) {
            firstRow[key] = next < 0 ? nil : next
        } else {
            var previous = firstRow[key] ?? -1
            while previous >= 0, nextRow[Int(previous)] != Int32(row) { previous = nextRow[Int(previous)] }
            if previous >= 0 { nextRow[Int(previous)] = next }
        }
        return key
    }
}

extension TopicCounters {
    fileprivate var isOurs: Bool { !origins.intersection([.subscribed, .published]).isEmpty }
}
