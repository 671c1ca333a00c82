import Settings
import TerminalUI

extension ConnectionsView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let layout = parts.layout(in: rect)
        parts.mark(layout, in: &buffer)
        if !layout.list.isEmpty { drawList(data, into: &buffer, in: layout.list) }
        if !layout.detail.isEmpty { drawDetail(data, into: &buffer, in: layout.detail) }
    }

    private func drawList(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let list = ListPane(rect, footerRows: 1)
        let rows = shown(data)
        list.pane.draw(
            cluster.map { "Connections of \(data.deployment.clusterName($0))" } ?? "Connections",
            note: note(rows, data),
            isFocused: parts.focus == .list,
            theme: data.theme,
            into: &buffer
        )
        guard !rows.isEmpty else {
            let text: SafeText = filter.isEmpty ? "No connection yet." : "No connection matches the filter; esc clears it."
            buffer.write(text, in: list.body.row(0), style: data.theme[.muted])
            return
        }
        let glyphs = buffer.glyphs
        let columns = ConnectionColumns(data, width: list.table.width)
        var table = Table(
            columns: columns.columns,
            styles: .standard(data.theme),
            spacing: list.table.width < 40 ? 1 : 2,
            showsHeader: list.showsHeader
        )
        table.marksRows = true
        table.draw(
            into: &buffer,
            in: list.table,
            rowCount: rows.count,
            offset: self.list.offset,
            selected: self.list.index
        ) { columns.row(rows[$0], glyphs: glyphs) }
        Highlight.draw(filter, in: list.body, of: &buffer, style: data.theme[.match])
        nodes(data).draw(into: &buffer, in: list.footer, theme: data.theme, marksCut: true)
    }

    private func note(_ rows: [ConnectionRow], _ data: DashboardData) -> SafeText {
        let up = rows.count { $0.isUp }
        if !filter.isEmpty {
            return "\(rows.count) of \(data.clusters.reduce(0) { $0 + $1.connections.count }) by \(untrusted: filter)"
        }
        guard cluster != nil else { return "\(up) of \(rows.count) up" }
        return "\(up) of \(rows.count) up, \(data.keys.key(for: .back) ?? "esc") shows all"
    }

    /// How the connections of each cluster are spread over its nodes.
    private func nodes(_ data: DashboardData) -> StyledLine {
        var line = StyledLine()
        let clusters = data.clusters.filter { cluster == nil || $0.id == cluster }
        for nodes in clusters.compactMap(NodeSpread.init).sorted(by: { $0.isLopsided && !$1.isLopsided }) {
            if !line.spans.isEmpty { line.append(" · ", .muted) }
            line.append("\(data.deployment.clusterName(nodes.cluster)): ", .muted)
            line.append(nodes.text, nodes.isLopsided ? .severityWarn : .muted)
        }
        return line
    }

    private func drawDetail(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let pane = Pane(rect)
        pane.draw("Connection", isFocused: parts.focus == .detail, theme: data.theme, into: &buffer)
        parts.draw(detail(data, width: pane.inside.width), into: &buffer, in: pane.inside, theme: data.theme)
    }
}

/// On which nodes behind the balancer the connections of a cluster are.
struct NodeSpread {
    let cluster: Int
    /// The nodes with how many connections each has, the most first.
    private let nodes: [(name: String, count: Int)]
    private let isMeshed: Bool

    /// Nil while no connection is up.
    init?(_ row: ClusterRow) {
        let servers = row.connections.filter(\.isUp).compactMap(\.server)
        guard !servers.isEmpty else { return nil }
        cluster = row.id
        isMeshed = servers.contains { $0.cluster != nil }
        nodes = Dictionary(grouping: servers, by: \.id).values
            .map { (name: $0[0].name, count: $0.count) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// Whether several connections of a cluster of several servers are all on the same one: if that one goes, all go.
    var isLopsided: Bool { nodes.count == 1 && nodes[0].count > 1 && isMeshed }

    var text: SafeText {
        let name = SafeText(untrusted: nodes[0].name, maximumBytes: 64)
        if nodes.count == 1 {
            return nodes[0].count == 1 ? "1 connection, on \(name)" : "all \(nodes[0].count) connections on one node, \(name)"
        }
        let shown = nodes.prefix(4).map { "\(untrusted: $0.name) \($0.count)" as SafeText }.joined(separator: ", ")
        return nodes.count > 4 ? "\(shown) and \(nodes.count - 4) more nodes" : shown
    }
}
