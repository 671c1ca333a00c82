/// A set of clusters in one word. Clusters from the 64th on share a bit, so that the set contains all of them or none.
struct ClusterBits: Sendable, Hashable {
    /// The first of the clusters that share a bit.
    private static let shared = 63

    private var bits: UInt64 = 0

    var isEmpty: Bool { bits == 0 }

    private static func bit(of cluster: Int) -> UInt64 { 1 << UInt64(min(cluster, shared)) }

    func contains(_ cluster: Int) -> Bool { bits & Self.bit(of: cluster) != 0 }

    /// Returns whether the set contains another cluster than this one. Of the clusters that share a bit, another one is not
    /// noticed.
    func containsOther(than cluster: Int) -> Bool { bits & ~Self.bit(of: cluster) != 0 }

    mutating func insert(_ cluster: Int) { bits |= Self.bit(of: cluster) }

    mutating func formUnion(_ other: ClusterBits) { bits |= other.bits }

    /// Returns the clusters, in ascending order.
    /// - Parameter count: The number of all clusters.
    func clusters(of count: Int) -> [Int] {
        var clusters: [Int] = []
        var rest = bits
        while rest != 0 {
            let cluster = rest.trailingZeroBitCount
            if cluster == Self.shared { return clusters + (cluster..<max(cluster, count)) }
            if cluster < count { clusters.append(cluster) }
            rest &= rest - 1
        }
        return clusters
    }
}
