/// A load balancer leads to a cluster that it should not lead to.
///
/// Messages then reach the wrong subscribers, or some twice and others not at all, while every connection is up.
public struct IdentityAlarm: Sendable, Hashable, CustomStringConvertible {
    /// What is wrong. Later versions may add kinds, so a `switch` needs a `default`.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// Some connections of a cluster lead to a server of another cluster than the others.
        public static let mixedClusters = Kind("mixedClusters")
        /// Two entries of the configuration lead to the same cluster.
        public static let sameCluster = Kind("sameCluster")
        /// The servers of one entry have the cluster name of another entry of the configuration.
        public static let otherEntry = Kind("otherEntry")
    }

    /// What is wrong.
    public let kind: Kind
    /// The entry of the configuration whose load balancer to look at.
    public let cluster: Cluster
    /// The entry that it leads to, for alarms about two entries.
    public let other: Cluster?
    /// What the servers call their cluster, or an empty text if they are not part of one. It comes from the servers: treat it
    /// as untrusted text.
    public let reported: String
    /// What it should be, for ``Kind/mixedClusters``: the name that the other connections of the cluster report.
    public let expected: String?
    /// The number of connections that it concerns.
    public let connections: Int

    /// What is wrong, in one line.
    public var description: String {
        switch kind {
        case .mixedClusters:
            let subject =
                connections == 1 ? "1 connection of \(cluster.name) leads" : "\(connections) connections of \(cluster.name) lead"
            return "\(subject) to the cluster \(reported), the others to \(expected ?? "another one")"
        case .sameCluster:
            let name = reported.isEmpty || reported == other?.name ? "" : ", which its servers call \(reported)"
            return "\(cluster.name) leads to the same cluster as \(other?.name ?? "another entry")\(name)"
        default:
            return "\(cluster.name) leads to the cluster of \(other?.name ?? reported)"
        }
    }

    /// Whether both are about the same problem. The number of connections may differ.
    func isSame(as other: IdentityAlarm) -> Bool {
        kind == other.kind && cluster == other.cluster && self.other == other.other && reported == other.reported
    }
}
