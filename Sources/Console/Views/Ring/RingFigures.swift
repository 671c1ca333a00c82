import TerminalUI

/// The distribution of the traffic over the ring in one snapshot.
struct RingFigures: Sendable {
    /// The maximum number of hottest topics.
    static let topicCount = 100

    /// The share of one cluster.
    struct Share: Sendable {
        /// The share of the key space, 0 to 1.
        let keys: Double
        /// The share of the messages per second in and out, 0 to 1; nil without traffic.
        let traffic: Double?
        /// The messages per second in and out.
        let rate: Double
    }

    /// The shares, by position on the ring.
    private(set) var shares: [Share] = []
    /// The messages per second of all clusters.
    private(set) var total = 0.0
    private var topics: HotTopics?

    /// The rows of the busiest topics in the snapshot, the busiest first.
    var hottest: [Int] { topics?.rows ?? [] }
    /// The number of topics that were received from a cluster that does not own them.
    var misplaced: Int { topics?.misplaced ?? 0 }

    init() {}

    init(_ data: DashboardData) {
        let rates = data.clusters.map { data.routedRate(of: $0.id) }
        let total = rates.reduce(0, +)
        self.total = total
        shares = zip(data.clusters, rates).map { cluster, rate in
            Share(keys: cluster.ringShare, traffic: total > 0 ? rate / total : nil, rate: rate)
        }
        topics = HotTopics(data.traffic, limit: Self.topicCount)
    }

    /// Returns the share of the traffic of a cluster, 0 to 1; nil without traffic.
    func trafficShare(of cluster: Int) -> Double? {
        shares.indices.contains(cluster) ? shares[cluster].traffic : nil
    }

    /// The largest share of the keys divided by the mean share.
    var keyImbalance: Double { imbalance(shares.map(\.keys)) }

    /// The largest share of the messages divided by the mean share; nil without traffic.
    var trafficImbalance: Double? { total > 0 ? imbalance(shares.map(\.rate)) : nil }

    private func imbalance(_ values: [Double]) -> Double {
        let sum = values.reduce(0, +)
        return sum > 0 ? (values.max() ?? 0) * Double(values.count) / sum : 0
    }
}

extension TopicIdentity {
    /// Returns whether messages were received from a cluster that does not own the topic. Their publisher uses a different ring.
    func isMisplaced(_ counters: TopicCounters) -> Bool {
        isRouted && counters.clustersSeen.containsOther(than: owner)
    }
}
