import DequeModule

/// All counts at one time.
struct TrafficSnapshot: Sendable {
    /// A number that differs for every snapshot of a table; 0 for the empty snapshot.
    private(set) var id = 0
    /// The topics, by row.
    var topics: [TopicIdentity] = []
    /// The counts of the topics, by row.
    var counters: [TopicCounters] = []
    fileprivate(set) var samples = Deque<[Float]>()
    fileprivate(set) var firstSample = 0
    var folded = FoldedTopics()
    /// The rows that count replies to inboxes and system subjects. They are not topics.
    private(set) var replyRows: [Int] = []
    /// The newest subjects of those rows, by serial number.
    private(set) var subjects: [Int: SystemSubjects] = [:]
    /// The traffic of the clusters, by position on the ring.
    var clusters: [ClusterTraffic] = []
    /// The messages from clusters that do not own their topics.
    private(set) var misrouted = MisroutedMessages()

    init() {}

    init(
        id: Int,
        topics: [TopicIdentity],
        counters: [TopicCounters],
        samples: Deque<[Float]>,
        firstSample: Int,
        folded: FoldedTopics,
        replyRows: [Int],
        subjects: [Int: SystemSubjects],
        clusters: [ClusterTraffic],
        misrouted: MisroutedMessages
    ) {
        self.id = id
        self.topics = topics
        self.counters = counters
        self.samples = samples
        self.firstSample = firstSample
        self.folded = folded
        self.replyRows = replyRows
        self.subjects = subjects
        self.clusters = clusters
        self.misrouted = misrouted
    }

    /// Returns the messages per second of a row, in and out, at the newest `count` samples; nil before the topic was known.
    func rates(of row: Int, newest count: Int = TrafficTable.sampleCapacity) -> [Double?] {
        samples.indices.suffix(count).map { index in
            let isKnown = firstSample + index >= counters[row].firstSample && row < samples[index].count
            return isKnown ? Double(samples[index][row]) : nil
        }
    }

    func row(of topic: some Collection<UInt8>) -> Int? {
        topics.firstIndex { $0.bytes.elementsEqual(topic) }
    }

    /// The number of topics that are counted separately.
    var topicCount: Int { topics.count - replyRows.count }

    /// Returns the replies and system messages per second of a cluster.
    func replyRate(of cluster: Int) -> Double {
        replyRows.reduce(0) { sum, row in
            topics[row].owner == cluster ? sum + Double(counters[row].rateIn + counters[row].rateOut) : sum
        }
    }

    /// The number of samples that the rates of the clusters have.
    var sampleCount: Int { clusters.first?.rateIn.values.count ?? 0 }

    /// The number of the newest sample.
    var sampleNumber: Int { clusters.first?.rateIn.sampleCount ?? 0 }

    // MARK: Totals of all topics, including folded ones

    var messagesIn: UInt64 { clusters.reduce(0) { $0 + $1.messagesIn } }
    var bytesIn: UInt64 { clusters.reduce(0) { $0 + $1.bytesIn } }
    var messagesOut: UInt64 { clusters.reduce(0) { $0 + $1.messagesOut } }
    var rateIn: Double { clusters.reduce(0) { $0 + $1.rateIn.current } }
    var byteRateIn: Double { clusters.reduce(0) { $0 + $1.byteRateIn.current } }
    var rateOut: Double { clusters.reduce(0) { $0 + $1.rateOut.current } }
}
