import NATSMonitoring
import Settings
import TerminalUI

/// `6` opens the list of all servers, with the connections of the selected one if it is monitored.
struct ServersView: ConsoleView {
    static let opening = KeyAction.servers
    static let title: SafeText = "Servers"
    static let scope = KeyAction.Scope.servers
    static let actions: [(action: KeyAction, label: SafeText)] = [
        (.open, "connections"), (.dismissGone, "forget gone"), (.closedConnections, "closed"), (.sortColumn, "sort"),
        (.invertSort, "invert"), (.nextPane, "pane"),
    ]
    static var sortNames: [String] { ClientColumn.allCases.map(\.rawValue) }

    /// The list that the arrow keys move in.
    enum Part: Sendable, Hashable {
        case servers, connections
    }

    /// The filter for the connections or, if they are not shown, for the servers.
    var filter = ""
    private(set) var servers = ListState<NodeRow.ID>()
    private(set) var connections = ListState<UInt64>()
    private(set) var sort = ConnectionSort()
    private(set) var showsClosed = false
    private(set) var focus = Part.servers
    /// Whether the connections are in front if there is space for only one list.
    private var isInFront = false
    /// The connections to show, sorted.
    private(set) var rows: [MonitoredConnections.Row] = []
    /// The inputs that ``rows`` was computed from. Sorting thousands of rows for each frame would be too slow.
    private var shownRows: RowsKey?

    private struct RowsKey: Sendable, Hashable {
        let server: NodeRow.ID?
        let at: Duration?
        let query: ConnectionQuery?
        let sort: ConnectionSort
        let filter: [UInt8]
    }

    private var layout = ServersLayout(.zero, servers: 0, showsConnections: false)
    private var connectionsOf: NodeRow.ID?

    /// Selects a server.
    mutating func show(_ id: NodeRow.ID) {
        (filter, focus, isInFront) = ("", .servers, false)
        servers.select(id)
    }

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        switch action {
        case .open:
            guard !layout.hasRoomForBoth else {
                focus = focus == .servers ? .connections : .servers
                return .handled
            }
            isInFront.toggle()
            focus = isInFront ? .connections : .servers
        case .nextPane, .previousPane:
            if layout.hasRoomForBoth { focus = focus == .servers ? .connections : .servers }
        case .back where isInFront && !layout.hasRoomForBoth:
            isInFront = false
            focus = .servers
        case .back where focus == .connections && filter.isEmpty: focus = .servers
        case .closedConnections:
            showsClosed.toggle()
            if !ClientColumn.listed(closed: showsClosed).contains(sort.column) { sort.sort(by: .cid) }
            connections.reset()
        case .dismissGone: return .dismissGone
        case .sortColumn: sort.moveToNextColumn(closed: showsClosed)
        case .invertSort: sort.isDescending.toggle()
        default: return move(action, data)
        }
        return .handled
    }

    private mutating func move(_ action: KeyAction, _ data: DashboardData) -> ViewResponse {
        switch focus {
        case .servers:
            return servers.handle(action, in: ids(data), height: layout.serverRows) ? .handled : .ignored
        case .connections:
            return connections.handle(action, in: rows.map(\.id), height: layout.connectionRows) ? .handled : .ignored
        }
    }

    mutating func sort(by name: String) {
        guard let column = ClientColumn(rawValue: name) else { return }
        if !ClientColumn.listed(closed: showsClosed).contains(column) { showsClosed.toggle() }
        sort.sort(by: column)
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        switch focus {
        case .servers: servers.select(position: row, in: ids(data), height: layout.serverRows)
        case .connections: connections.select(position: row, in: rows.map(\.id), height: layout.connectionRows)
        }
    }

    mutating func focus(pane: Int) { focus = pane == 1 ? .connections : .servers }

    // MARK: Rows

    func monitoringWish(_ data: DashboardData) -> ServerMonitoring.Wish? {
        let query = sort.query(closed: showsClosed, isFiltered: !filter.isEmpty)
        return .servers(connectionsOf: layout.connections.isEmpty ? nil : selected(data)?.monitored?.id, query)
    }

    mutating func refresh(_ data: DashboardData, size: Size) {
        layout = layout(data, in: Rect(size))
        if layout.connections.isEmpty { focus = .servers }
        if layout.servers.isEmpty { focus = .connections }
        servers.update(ids(data), height: layout.serverRows)
        if servers.selection != connectionsOf {
            connectionsOf = servers.selection
            connections.reset()
        }
        let listed = layout.connections.isEmpty ? nil : listed(data)
        let key = RowsKey(
            server: servers.selection,
            at: listed?.at,
            query: listed?.query,
            sort: sort,
            filter: Array(filter.utf8)
        )
        if key != shownRows {
            rows = sort.sorted(filtered(listed?.rows ?? []))
            shownRows = key
        }
        connections.update(rows.map(\.id), height: layout.connectionRows)
    }

    func layout(_ data: DashboardData, in rect: Rect) -> ServersLayout {
        ServersLayout(rect, servers: lines(data).count, showsConnections: isInFront)
    }

    /// Returns the servers to show, by cluster.
    func shown(_ data: DashboardData) -> [NodeGroup] {
        guard !filter.isEmpty, layout.connections.isEmpty else { return data.nodeGroups }
        return data.nodeGroups.compactMap { group in
            let name = data.deployment.clusterName(group.cluster.id)
            return group.filtered { row in
                let texts = [name, row.stateForms[0], "\(untrusted: row.name ?? "")"]
                return texts.contains { !$0.columns(matching: filter).isEmpty }
            }
        }
    }

    private func ids(_ data: DashboardData) -> [NodeRow.ID] { shown(data).flatMap { $0.nodes.map(\.id) } }

    /// Returns the selected server.
    func selected(_ data: DashboardData) -> NodeRow? {
        servers.selection.flatMap { id in data.nodeGroups.lazy.flatMap(\.nodes).first { $0.id == id } }
    }

    /// Returns the connections of the selected server, if the last answer has the requested state.
    func listed(_ data: DashboardData) -> MonitoredConnections? {
        guard let connections = selected(data)?.monitored?.connections else { return nil }
        return connections.query.state == (showsClosed ? .closed : .open) ? connections : nil
    }

    private func filtered(_ rows: [MonitoredConnections.Row]) -> [MonitoredConnections.Row] {
        guard !filter.isEmpty else { return rows }
        let wanted = ASCIIFolded(filter)
        return rows.filter { row in
            let connection = row.connection
            let texts = [
                connection.name, connection.address, connection.language, connection.version, connection.user ?? "",
                connection.closeReason ?? "", String(connection.id),
            ]
            return texts.contains { wanted.occurs(in: Array($0.utf8)) }
        }
    }
}

/// The areas of the two lists.
struct ServersLayout: Sendable {
    let servers: Rect
    let connections: Rect
    let hasRoomForBoth: Bool

    /// - Parameter count: The number of rows for the servers.
    init(_ rect: Rect, servers count: Int, showsConnections: Bool) {
        hasRoomForBoth = rect.height >= 16 && rect.width >= 40
        guard hasRoomForBoth else {
            (servers, connections) = showsConnections ? (.zero, rect) : (rect, .zero)
            return
        }
        // Two rows are for the frame and one for the header. The servers use at most half of the screen.
        let height = min(max(count + 3, Pane.leastFramed.height), rect.height / 2)
        servers = Rect(x: rect.x, y: rect.y, width: rect.width, height: height)
        connections = rect.droppingTop(height)
    }

    var serverRows: Int { max(1, ListPane(servers).rows) }
    var connectionRows: Int { max(1, ListPane(connections, footerRows: 1).rows) }
}
