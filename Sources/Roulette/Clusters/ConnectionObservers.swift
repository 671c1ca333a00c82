import Locking
import RouletteNATS

/// Forwards the events of connections to the tables and to the observer of the clusters. The connections are created before these
/// objects, so they cannot refer to them directly.
final class ConnectionObservers: Sendable {
    private struct Tables {
        weak var publishers: ConnectionTable?
        weak var subscribers: ConnectionTable?
        weak var clusters: ClusterObserver?
    }

    private let tables = Mutex(Tables())

    func set(publishers: ConnectionTable, subscribers: ConnectionTable, clusters: ClusterObserver? = nil) {
        tables.withLock { $0 = Tables(publishers: publishers, subscribers: subscribers, clusters: clusters) }
    }

    func tell(_ event: NATSEvent, of connection: PooledConnectionID) {
        let table = tables.withLock { connection.role == .publisher ? $0.publishers : $0.subscribers }
        table?.observe(event, on: connection)
    }

    /// Updates what is known about a cluster after something happened to one of its connections, or after INFO.
    func updateCluster(_ cluster: Int, after event: NATSEvent? = nil) {
        tables.withLock { $0.clusters }?.update(cluster, after: event)
    }
}
