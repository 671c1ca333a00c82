/// The busiest topics of a snapshot. Replies, canary messages and the subjects of servers are left out, because the ring does not
/// route them.
struct HotTopics: Sendable {
    /// The rows of the topics in the snapshot, the busiest first.
    private(set) var rows: [Int] = []
    /// The number of topics that were received from a cluster that does not own them.
    private(set) var misplaced = 0

    /// The number of samples whose mean orders the topics.
    private static let meanSamples = 10

    /// Finds the topics in one pass with a short sorted list, because there may be 100,000.
    /// - Parameter limit: The maximum number of topics.
    init(_ traffic: TrafficSnapshot, limit: Int) {
        var top: [(row: Int, rate: Float)] = []
        for (row, counters) in traffic.counters.enumerated() {
            let rate = counters.rateIn + counters.rateOut
            guard rate > 0 || !counters.clustersSeen.isEmpty, traffic.topics[row].isRouted else { continue }
            if !counters.clustersSeen.isEmpty, traffic.topics[row].isMisplaced(counters) { misplaced += 1 }
            guard rate > 0, top.count < limit || rate > (top.last?.rate ?? .infinity) else { continue }
            let position = top.firstIndex { $0.rate < rate } ?? top.count
            top.insert((row, rate), at: position)
            if top.count > limit { top.removeLast() }
        }
        // Ordered by the mean rate, so that the order is steady.
        let means = top.map { topic in
            let rates = traffic.rates(of: topic.row, newest: Self.meanSamples).compactMap(\.self)
            return (row: topic.row, rate: rates.isEmpty ? Double(topic.rate) : rates.reduce(0, +) / Double(rates.count))
        }
        rows = means.sorted { ($0.rate, $1.row) > ($1.rate, $0.row) }.map(\.row)
    }
}
