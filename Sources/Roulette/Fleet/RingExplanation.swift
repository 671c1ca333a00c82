import ConsistentHashing

/// Another list of the same clusters that explains where messages were seen.
///
/// With index naming, a ring depends on the number of clusters alone: each topic belongs to a position, and the list says which
/// cluster has that position. The clusters on which the topics of a position were seen therefore reveal the list.
package struct RingExplanation: Sendable, Hashable {
    /// A topic, and the index of the cluster on which a message to it was seen.
    package struct Sighting: Sendable, Hashable {
        package let topic: String
        package let cluster: Int

        package init(topic: String, cluster: Int) {
            self.topic = topic
            self.cluster = cluster
        }
    }

    /// The indices of the clusters in the order of the other list. nil for a position that no topic was seen of, if more than
    /// one cluster could have it.
    package let order: [Int?]
    /// The number of sightings that the list explains.
    package let explained: Int
    /// The number of sightings.
    package let total: Int

    /// Whether the list is the one of this program.
    package var isOwn: Bool { order == order.indices.map { $0 } }

    /// Finds the list that explains most sightings; one with as many clusters as this program has, or with fewer.
    ///
    /// - Parameter clusterCount: The number of clusters of this program.
    /// - Returns: nil if there is no sighting.
    package static func find(for sightings: [Sighting], clusterCount: Int) -> RingExplanation? {
        guard !sightings.isEmpty else { return nil }
        var best: RingExplanation?
        for count in (1...clusterCount).reversed() {
            guard let ring = try? HashRing(count: count) else { continue }
            let found = explanation(for: sightings, by: ring, clusterCount: clusterCount)
            if best.map({ found.explained > $0.explained }) ?? true { best = found }
            // No shorter list can explain more.
            if found.explained == found.total { break }
        }
        return best
    }

    private static func explanation(for sightings: [Sighting], by ring: HashRing, clusterCount: Int) -> RingExplanation {
        // seen[position][cluster] is the number of sightings.
        var seen = [[Int]](repeating: [Int](repeating: 0, count: clusterCount), count: ring.nodes.count)
        for sighting in sightings where sighting.cluster < clusterCount {
            seen[ring.index(of: sighting.topic)][sighting.cluster] += 1
        }
        var order = [Int?](repeating: nil, count: ring.nodes.count)
        var isFree = [Bool](repeating: true, count: clusterCount)
        var explained = 0
        // The pair with the most sightings first: a cluster has one position, and a position one cluster.
        let pairs = seen.indices.flatMap { position in (0..<clusterCount).map { (position, $0, seen[position][$0]) } }
        for (position, cluster, count) in pairs.sorted(by: { $0.2 > $1.2 }) where count > 0 {
            guard order[position] == nil, isFree[cluster] else { continue }
            order[position] = cluster
            isFree[cluster] = false
            explained += count
        }
        let rest = isFree.indices.filter { isFree[$0] }
        let open = order.indices.filter { order[$0] == nil }
        if rest.count == 1, open.count == 1 { order[open[0]] = rest[0] }
        return RingExplanation(order: order, explained: explained, total: sightings.count)
    }
}
