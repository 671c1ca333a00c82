import Roulette
import RouletteNATS

/// One pooled connection: its place in the deployment, and the library's snapshot of it.
///
/// The properties of the snapshot are those of the row. They contain untrusted text of the peer.
@dynamicMemberLookup
struct ConnectionRow: Sendable, Identifiable {
    /// The identity of a connection. It stays the same while the console shows a profile.
    struct ID: Sendable, Hashable {
        /// The cluster's position on the ring.
        let cluster: Int
        let role: ConnectionRole
        /// The connection's number in the pool, starting at 0.
        let slot: Int
    }

    let id: ID
    var snapshot: ConnectionSnapshot
    /// The position on the ring of the cluster that the server belongs to; nil if it is unknown.
    var serverCluster: Int?

    init(id: ID, snapshot: ConnectionSnapshot = .idle) {
        self.id = id
        self.snapshot = snapshot
        serverCluster = id.cluster
    }

    init(_ pooled: ClusterSnapshot.Connection, cluster: Int) {
        self.init(id: ID(cluster: cluster, role: pooled.role, slot: pooled.slot), snapshot: pooled.connection)
        serverCluster = pooled.serverCluster?.index
    }

    /// Whether the load balancer led the connection to a server of another cluster.
    var isMisled: Bool { snapshot.server != nil && serverCluster != id.cluster }

    subscript<Value>(dynamicMember path: KeyPath<ConnectionSnapshot, Value>) -> Value { snapshot[keyPath: path] }

    subscript<Value>(dynamicMember path: WritableKeyPath<ConnectionSnapshot, Value>) -> Value {
        get { snapshot[keyPath: path] }
        set { snapshot[keyPath: path] = newValue }
    }
}

extension ConnectionRow.ID {
    init(_ id: PooledConnectionID) {
        self.init(cluster: id.cluster.index, role: id.role, slot: id.slot)
    }
}

/// The connections to replace by new ones.
enum ReconnectTarget: Sendable, Hashable {
    case connection(ConnectionRow.ID)
    case cluster(Int)
    case all

    func includes(_ id: ConnectionRow.ID) -> Bool {
        switch self {
        case .connection(let connection): connection == id
        case .cluster(let cluster): cluster == id.cluster
        case .all: true
        }
    }
}
