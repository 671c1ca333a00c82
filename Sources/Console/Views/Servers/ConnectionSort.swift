import NATSMonitoring

/// The order of a server's connections. The server sorts by its counters and lists the first connections. The console sorts the
/// listed connections by the figures that it shows.
struct ConnectionSort: Sendable, Hashable {
    private(set) var column = ClientColumn.cid
    var isDescending = false

    /// Sorts by a column in its standard direction.
    mutating func sort(by column: ClientColumn) {
        self.column = column
        isDescending = column.sorting.isDescending
    }

    /// Sorts by the next column.
    mutating func moveToNextColumn(closed: Bool) {
        let columns = ClientColumn.listed(closed: closed)
        let next = columns.firstIndex(of: column).map { columns[($0 + 1) % columns.count] }
        sort(by: next ?? .cid)
    }

    /// Returns the query to the server. If the server has the same order as the console, the query is for the first connections.
    /// Otherwise, and with a filter, it is for all connections.
    func query(closed: Bool, isFiltered: Bool) -> ConnectionQuery {
        let sorting = column.sorting
        let isServers = sorting.isServers(isDescending, closed)
        var query = ConnectionQuery()
        query.state = closed ? .closed : .open
        query.limit = isFiltered || !isServers ? ServerMonitoring.fullLimit : ServerMonitoring.limit
        // There can be many closed connections. The newest are the most important.
        query.sort = closed ? .lastActivity : sorting.server
        return query
    }

    /// Returns the sorted rows. Rows with equal values are sorted by number.
    func sorted(_ rows: [MonitoredConnections.Row]) -> [MonitoredConnections.Row] {
        switch column.sorting.key {
        case .text(let text): sorted(rows) { text($0.connection) }
        case .number(let number): sorted(rows, by: number)
        }
    }

    private func sorted<Key: Comparable>(
        _ rows: [MonitoredConnections.Row],
        by key: (MonitoredConnections.Row) -> Key
    ) -> [MonitoredConnections.Row] {
        var keyed: [(key: Key, row: MonitoredConnections.Row)] = rows.map { (key($0), $0) }
        keyed.sort { one, other in
            guard one.key != other.key else { return one.row.id < other.row.id }
            return isDescending ? other.key < one.key : one.key < other.key
        }
        return keyed.map(\.row)
    }
}
