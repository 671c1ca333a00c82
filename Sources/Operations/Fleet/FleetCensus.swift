package import ConsistentHashing
package import NATSMonitoring

/// The programs of a deployment, added up from the lists of connections of its servers.
package struct FleetCensus: Sendable {
    /// The maximum number of programs. The names come from the programs, so that they could fill the memory.
    package static let capacity = 10_000

    private var programs: [FleetProgram.ID: FleetProgram] = [:]
    private var listedClusters: Set<Int> = []
    private var isIncomplete = false
    /// The number of connections in the lists.
    package private(set) var connectionCount = 0

    package init() {}

    /// Adds the connections of one server of a cluster.
    package mutating func add(_ list: ConnectionList, cluster: Int) {
        listedClusters.insert(cluster)
        connectionCount += list.connections.count
        if !list.gaps.isEmpty || list.connections.count < list.total { isIncomplete = true }
        for connection in list.connections {
            let id = FleetProgram.ID(connection)
            guard programs[id] != nil || programs.count < Self.capacity else {
                isIncomplete = true
                continue
            }
            programs[id, default: FleetProgram(id: id, connection)].add(connection, cluster: cluster)
        }
    }

    /// Adds the programs of other clusters.
    package mutating func add(_ other: FleetCensus) {
        listedClusters.formUnion(other.listedClusters)
        isIncomplete = isIncomplete || other.isIncomplete
        connectionCount += other.connectionCount
        for (id, program) in other.programs {
            if programs[id] != nil {
                programs[id]?.add(program)
            } else if programs.count < Self.capacity {
                programs[id] = program
            } else {
                isIncomplete = true
            }
        }
    }

    /// Returns the programs, compared with a ring.
    package func fleet(comparedWith ring: HashRing) -> Fleet {
        Fleet(Array(programs.values), listedClusters: listedClusters, isIncomplete: isIncomplete, ring: ring)
    }
}
