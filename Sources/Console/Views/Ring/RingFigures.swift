import TerminalUI

/// The distribution of the traffic over the ring in one snapshot.
struct RingFigures: Sendable {
    /// The maximum number of hottest topics.
    static let topicCount = 100
    /// The number of samples whose mean orders the hottest topics.
    private static let meanSamples = 10

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
    /// The rows of the busiest topics in the snapshot, the busiest first.
    private(set) var hottest: [Int] = []
    /// The number of topics that were received from a cluster that does not own them.
    private(set) var misplaced = 0

    init() {}

    init(_ data: DashboardData) {
        let rates = data.clusters.map { Rates.of($0, data) }
        let total = rates.reduce(0, +)
        self.total = total
        shares = zip(data.clusters, rates).map { cluster, rate in
            Share(keys: cluster.ringShare, traffic: total > 0 ? rate / total : nil, rate: rate)
        }
        findHottest(data.traffic)
    }

    /// The largest share of the keys divided by the mean share.
    var keyImbalance: Double { imbalance(shares.map(\.keys)) }

    /// The largest share of the messages divided by the mean share; nil without traffic.
    var trafficImbalance: Double? { total > 0 ? imbalance(shares.map(\.rate)) : nil }

    private func imbalance(_ values: [Double]) -> Double {
        let sum = values.reduce(0, +)
        return sum > 0 ? (values.max() ?? 0) * Double(values.count) / sum : 0
    }

    /// Finds the hottest topics in one pass with a short sorted list, because there may be 100,000 topics.
    private mutating func findHottest(_ traffic: TrafficSnapshot) {
        var top: [(row: Int, rate: Float)] = []
        for (row, counters) in traffic.counters.enumerated() {
            let rate = counters.rateIn + counters.rateOut
            guard rate > 0 || counters.clustersSeen != 0, !traffic.topics[row].isReplies else { continue }
            if counters.clustersSeen != 0, traffic.topics[row].isMisplaced(counters) { misplaced += 1 }
            guard rate > 0, top.count < Self.topicCount || rate > top[top.count - 1].rate, traffic.topics[row].isRouted else {
                continue
            }
            let position = top.firstIndex { $0.rate < rate } ?? top.count
            top.insert((row, rate), at: position)
            if top.count > Self.topicCount { top.removeLast() }
        }
        // Ordered by the mean rate, so that the order is steady.
        let means = top.map { topic in
            let rates = traffic.rates(of: topic.row, newest: Self.meanSamples).compactMap(\.self)
            return (row: topic.row, rate: rates.isEmpty ? Double(topic.rate) : rates.reduce(0, +) / Double(rates.count))
        }
        hottest = means.sorted { ($0.rate, $1.row) > ($1.rate, $0.row) }.map(\.row)
    }
}

extension TopicIdentity {
    /// Returns whether messages were received from a cluster that does not own the topic. Their publisher uses a different ring.
    func isMisplaced(_ counters: TopicCounters) -> Bool {
        isRouted && counters.clustersSeen & ~(1 << UInt64(min(owner, 63))) != 0
    }
}
