import Settings
import TerminalUI

/// `4` opens the list of pooled connections with the details of one of them.
struct ConnectionsView: ConsoleView {
    static let opening = KeyAction.connections
    static let title: SafeText = "Connections"
    static let scope = KeyAction.Scope.connections
    static let actions: [(action: KeyAction, label: SafeText)] = [
        (.reconnect, "reconnect"), (.open, "detail"), (.nextPane, "pane"),
    ]

    func hints(_ data: DashboardData) -> [(action: KeyAction, label: SafeText)] {
        guard var hints = parts.detailHints else { return Self.actions }
        hints.append((.reconnect, "reconnect"))
        return hints
    }

    /// The filter for cluster, role, state, server and error.
    var filter = ""
    /// The cluster whose connections are shown; nil for all clusters.
    private(set) var cluster: Int?
    private(set) var list = ListState<ConnectionRow.ID>()
    private(set) var parts = ListDetail<ConnectionRow.ID>(showsDetail: true)
    private var height = 1

    func limit(_ data: DashboardData) -> SafeText {
        cluster.map { "only \(data.deployment.clusterName($0))" } ?? .empty
    }

    /// Shows the connections of one cluster, without a filter that could hide them, or of all clusters if nil.
    mutating func show(cluster: Int?) {
        if cluster != nil { filter = "" }
        guard cluster != self.cluster else { return }
        self.cluster = cluster
        list.reset()
    }

    /// Shows one connection with its details, among the connections of its cluster.
    mutating func show(_ id: ConnectionRow.ID) {
        (cluster, filter) = (id.cluster, "")
        list.reset()
        list.select(id)
        parts.openDetail()
    }

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        if let jump = parts.jump(for: action) { return .follow(jump) }
        if parts.handle(action) { return .handled }
        let ids = shown(data).map(\.id)
        if list.handle(action, in: ids, height: height) { return .handled }
        switch action {
        case .reconnect:
            return list.selection.map { .reconnect(.connection($0)) } ?? .reconnect(.all)
        case .back where filter.isEmpty && cluster != nil:
            cluster = nil
            return .handled
        default: return .ignored
        }
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        list.select(position: row, in: shown(data).map(\.id), height: height)
    }

    mutating func focus(pane: Int) { parts.focus(pane == 1 ? .detail : .list) }

    // MARK: Rows

    mutating func refresh(_ data: DashboardData, size: Size) {
        if let cluster, !data.clusters.indices.contains(cluster) { self.cluster = nil }
        parts.refresh(size: size)
        let layout = parts.layout(in: Rect(size))
        height = max(1, ListPane(layout.list, footerRows: 1).rows)
        list.update(shown(data).map(\.id), height: height)
        parts.refresh(selected: list.selection, lines: detail(data, width: Pane(layout.detail).inside.width))
    }

    /// Returns the connections of the shown clusters, without the filter.
    func inScope(_ data: DashboardData) -> [ConnectionRow] {
        data.clusters.filter { cluster == nil || $0.id == cluster }.flatMap(\.connections)
    }

    /// Returns the connections to show, ordered by cluster.
    func shown(_ data: DashboardData) -> [ConnectionRow] {
        let rows = inScope(data)
        guard !filter.isEmpty else { return rows }
        return rows.filter { row in
            let texts: [SafeText] = [
                data.deployment.clusterName(row.id.cluster), row.label, row.state.word, row.serverName ?? .empty,
                row.encryptionText, row.lastError.map { "\(untrusted: $0.message)" } ?? .empty,
            ]
            return texts.contains { !$0.columns(matching: filter).isEmpty }
        }
    }

    /// Returns the details of the selected connection.
    func detail(_ data: DashboardData, width: Int) -> [StyledLine] {
        guard let selection = list.selection, width > 0,
            let row = data.clusters.lazy.flatMap(\.connections).first(where: { $0.id == selection })
        else { return [] }
        return ConnectionDetail(row, data).lines(width: width)
    }
}
