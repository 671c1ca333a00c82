package import ConsistentHashing
package import NATSMonitoring

/// The programs that are connected to a deployment, as the servers list their connections.
///
/// A program is all connections with the same name from the same host. Programs of this library say in the name of each
/// connection which ring they have (``RingClaim``).
package struct Fleet: Sendable, Equatable {
    /// The connections of one server, and the cluster that it belongs to.
    package struct Listing: Sendable {
        /// The index of the cluster.
        package let cluster: Int
        package let list: ConnectionList

        package init(cluster: Int, list: ConnectionList) {
            self.cluster = cluster
            self.list = list
        }
    }

    /// The programs, those with a contradiction first, then by name and host.
    package let programs: [FleetProgram]
    /// The indices of the clusters whose servers listed their connections.
    package let listedClusters: Set<Int>
    /// Whether some server did not list all of its connections, so that programs may be missing.
    package let isIncomplete: Bool

    /// Groups connections to programs, and compares their claims with a ring.
    ///
    /// - Parameters:
    ///   - listings: The connections of all servers. Several servers may belong to one cluster.
    ///   - ring: The ring of this program.
    package init(_ listings: [Listing], ring: HashRing) {
        var census = FleetCensus()
        for listing in listings { census.add(listing.list, cluster: listing.cluster) }
        self = census.fleet(comparedWith: ring)
    }

    init(_ programs: [FleetProgram], listedClusters: Set<Int>, isIncomplete: Bool, ring: HashRing) {
        (self.listedClusters, self.isIncomplete) = (listedClusters, isIncomplete)
        // A program that is missing on a cluster can only be noticed if all connections of all clusters are listed.
        let seesAll = !isIncomplete && listedClusters.count == ring.nodes.count
        self.programs =
            programs
            .map { $0.compared(with: ring, seesAll: seesAll) }
            .sorted { left, right in
                let (leftRank, rightRank) = (left.contradictions.isEmpty ? 1 : 0, right.contradictions.isEmpty ? 1 : 0)
                return (leftRank, left.id.name, left.id.host) < (rightRank, right.id.name, right.id.host)
            }
    }
}
