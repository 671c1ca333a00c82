import NATSMonitoring

/// The order of a server's connections. The server sorts by its counters before it cuts its list; the console sorts those listed
/// by what it shows.
struct ConnectionSort: Sendable, Hashable {
    private(set) var column = ClientColumn.cid
    var isDescending = false

    /// Sorts by a column, in the direction that puts what matters first.
    mutating func sort(by column: ClientColumn) {
        self.column = column
        isDescending = column.sorting.isDescending
    }

    /// Sorts by the next column of the list.
    mutating func moveToNextColumn(closed: Bool) {
        let columns = ClientColumn.listed(closed: closed)
        let next = columns.firstIndex(of: column).map { columns[($0 + 1) % columns.count] }
        sort(by: next ?? .cid)
    }

    /// What to ask the server for, so that the first ones it lists are the ones to see. All are asked for where the server cannot
    /// list first what the console shows first, or where only some are shown.
    func query(closed: Bool, isFiltered: Bool) -> ConnectionQuery {
        let sorting = column.sorting
        let isServers = sorting.isServers(isDescending, closed)
        var query = ConnectionQuery()
        query.state = closed ? .closed : .open
        query.limit = isFiltered || !isServers ? ServerMonitoring.fullLimit : ServerMonitoring.limit
        // Of the many that were closed the newest matter.
        query.sort = closed ? .lastActivity : sorting.server
        return query
    }

    /// The rows in order; equal ones by their number.
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
        rows.map { (key: key($0), row: $0) }
            .sorted { one, other in
                one.key != other.key ? (one.key < other.key) != isDescending : one.row.id < other.row.id
            }
            .map(\.row)
    }
}
