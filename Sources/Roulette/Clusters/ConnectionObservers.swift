import Locking
import NATS

/// Forwards the events of connections to the tables. The connections are created before the tables that contain them, so they
/// cannot refer to a table directly.
final class ConnectionObservers: Sendable {
    private struct Tables {
        weak var publishers: ConnectionTable?
        weak var subscribers: ConnectionTable?
    }

    private let tables = Mutex(Tables())

    func set(publishers: ConnectionTable, subscribers: ConnectionTable) {
        tables.withLock { $0 = Tables(publishers: publishers, subscribers: subscribers) }
    }

    func tell(_ event: NATSEvent, of connection: PooledConnectionID) {
        let table = tables.withLock { connection.role == .publisher ? $0.publishers : $0.subscribers }
        table?.observe(event, on: connection)
    }
}
