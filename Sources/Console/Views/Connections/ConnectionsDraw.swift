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
        let width = list.table.width
        let columns = TableColumns<ConnectionColumn>(TableContext(data, glyphs: buffer.glyphs, width: width))
        var table = columns.table(theme: data.theme, spacing: width < 40 ? 1 : 2, showsHeader: list.showsHeader)
        table.marksRows = true
        table.draw(
            into: &buffer,
            in: list.table,
            rowCount: rows.count,
            offset: self.list.offset,
            selected: self.list.index
        ) { columns.row(rows[$0]) }
        Highlight.draw(filter, in: list.body, of: &buffer, style: data.theme[.match])
        nodes(data).draw(into: &buffer, in: list.footer, theme: data.theme, marksCut: true)
    }

    private func note(_ rows: [ConnectionRow], _ data: DashboardData) -> SafeText {
        guard filter.isEmpty else { return "\(rows.count) of \(inScope(data).count) by \(untrusted: filter)" }
        return "\(rows.count { $0.isUp }) of \(rows.count) up"
    }

    /// Returns a line with the distribution of each cluster's connections over its nodes.
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
        parts.draw(into: &buffer, in: pane.inside, theme: data.theme)
    }
}
