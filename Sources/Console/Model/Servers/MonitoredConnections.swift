import NATSMonitoring

/// The connections of a server, with their rates.
struct MonitoredConnections: Sendable {
    struct Row: Sendable, Identifiable {
        let connection: ServerConnection
        /// The rates between the last two answers; nil before there are two.
        let rates: ServerRates?

        var id: UInt64 { connection.id }
    }

    let rows: [Row]
    /// The total number of connections, including those that are not listed.
    let total: Int
    /// The parts of the answer that are not in ``rows``.
    let gaps: ListGaps
    let query: ConnectionQuery
    let at: Duration
    /// The id of the server.
    let serverID: String
    private let read: ServerTimestamp?

    /// The number of connections that are not listed.
    var missing: Int { total - rows.count }

    init(
        _ list: ConnectionList,
        _ query: ConnectionQuery,
        at: Duration,
        serverID: String,
        after earlier: MonitoredConnections?
    ) {
        // A restarted server numbers its connections from 1 again, so rates need two answers of the same process.
        let comparable = earlier.flatMap { $0.serverID == serverID && $0.query.state == query.state ? $0 : nil }
        let before = Dictionary(comparable?.rows.map { ($0.id, $0.connection.traffic) } ?? [], uniquingKeysWith: { $1 })
        let elapsed = comparable.map { ServerRates.elapsed(from: ($0.read, $0.at), to: (list.time, at)) } ?? .zero
        rows = list.connections.map { connection in
            let rates = before[connection.id].flatMap { ServerRates(from: $0, to: connection.traffic, elapsed: elapsed) }
            return Row(connection: connection, rates: rates)
        }
        gaps = list.gaps
        read = list.time
        total = max(list.total, list.connections.count)
        self.query = query
        self.at = at
        self.serverID = serverID
    }
}
