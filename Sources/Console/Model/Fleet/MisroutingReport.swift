import Roulette

/// The order of the list of clusters that explains on which clusters misrouted topics were seen.
struct MisroutingReport: Sendable, Equatable {
    /// The topics that were misrouted lately, and what else was seen.
    struct Evidence: Sendable, Hashable {
        /// How long a misrouted topic counts.
        static let window = 60.0
        /// The maximum number of topics to explain.
        static let capacity = 2_000

        var sightings: [RingExplanation.Sighting] = []
        /// The number of topics that messages were received of.
        var topics = 0
        /// The number of topics that were only received from clusters that do not own them.
        var onlyMisrouted = 0

        /// - Parameter now: The time in seconds since the console started.
        init(_ traffic: TrafficSnapshot, at now: Double) {
            for (identity, counters) in zip(traffic.topics, traffic.counters) {
                guard identity.isRouted, counters.messagesIn > 0, now - counters.lastMessage < Self.window else { continue }
                topics += 1
                guard identity.isMisplaced(counters) else { continue }
                let clusters = traffic.misrouted.counts(
                    of: identity.serial,
                    from: counters.clustersSeen.clusters(of: traffic.clusters.count)
                )
                if clusters.reduce(0, { $0 + $1.count.messages }) >= counters.messagesIn { onlyMisrouted += 1 }
                guard sightings.count < Self.capacity, let topic = String(validating: identity.bytes, as: UTF8.self) else {
                    continue
                }
                sightings += clusters.filter { now - $0.count.last < Self.window }
                    .map { RingExplanation.Sighting(topic: topic, cluster: $0.cluster) }
            }
        }

        /// Whether this console's ring explains almost nothing that was received.
        var suggestsOddConsole: Bool { topics >= 10 && onlyMisrouted * 10 >= topics * 9 }
    }

    let evidence: Evidence
    /// nil if the ring does not number the clusters, so that no order can explain anything.
    let explanation: RingExplanation?

    /// Finds the order. This takes a while for many clusters.
    init(_ evidence: Evidence, clusterCount: Int, isNumbered: Bool) {
        self.evidence = evidence
        explanation = isNumbered ? RingExplanation.find(for: evidence.sightings, clusterCount: clusterCount) : nil
    }
}
