import Settings
import TerminalUI

extension OverviewView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let shown = shown(data)
        let layout = OverviewLayout(data, shown: shown, in: rect)
        drawClusters(shown, data, layout, into: &buffer)
        if !layout.graph.isEmpty { drawGraph(data, into: &buffer, in: layout.graph) }
        if !layout.events.isEmpty { drawEvents(data, into: &buffer, in: layout.events) }
    }

    // MARK: Clusters

    private enum Line {
        case cluster(ClusterRow)
        case reason(StyledLine)
    }

    private func drawClusters(
        _ shown: [ClusterRow],
        _ data: DashboardData,
        _ layout: OverviewLayout,
        into buffer: inout CellBuffer
    ) {
        let note: SafeText = filter.isEmpty ? .empty : "\(shown.count) of \(data.clusters.count) by \(untrusted: filter)"
        let list = ListPane(layout.clusters)
        list.pane.draw("Clusters", note: note, theme: data.theme, into: &buffer)

        var lines: [Line] = []
        /// The position of the cluster of each line.
        var clusterOfLine: [Int] = []
        var selected: Int?
        for (position, row) in shown.enumerated() {
            defer { clusterOfLine += Array(repeating: position, count: lines.count - clusterOfLine.count) }
            if row.id == clusters.selection { selected = lines.count }
            lines.append(.cluster(row))
            if layout.showsReasons, let reason = row.reason { lines.append(.reason(reason)) }
        }
        let view = list.rows
        // The reason below the selected cluster is also kept visible.
        let bottom = min(lines.count - 1, (selected ?? 0) + (layout.showsReasons ? 1 : 0))
        let offset = min(max(0, bottom - view + 1), selected ?? 0)

        let width = list.table.width
        let columns = TableColumns(TableContext(data, glyphs: buffer.glyphs, width: width), ClusterColumn.listed(data))
        let table = columns.table(theme: data.theme, spacing: width < 34 ? 1 : 2, showsHeader: list.showsHeader)
        table.draw(into: &buffer, in: list.table, rowCount: lines.count, offset: offset, selected: selected) { index in
            switch lines[index] {
            case .cluster(let row): columns.row(row)
            case .reason: Table.Row([])
            }
        }
        for line in 0..<max(0, min(view, lines.count - offset)) {
            buffer.mark(list.body.row(line), as: .row(clusterOfLine[offset + line]))
            guard case .reason(let reason) = lines[offset + line] else { continue }
            let row = list.body.row(line)
            let place = Rect(x: row.x + 5, y: row.y, width: row.width - 5, height: 1)
            reason.draw(into: &buffer, in: place, theme: data.theme, marksCut: true)
        }
    }

    // MARK: Graph

    private func drawGraph(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let note: SafeText = data.outage.map { "as of \(SafeText.duration($0)) ago" } ?? ""
        let inside = buffer.drawBox(
            rect,
            title: "Messages per second, by cluster",
            note: note,
            style: data.theme[.border],
            titleStyle: data.theme[.title]
        ).inset(horizontal: 1)
        guard inside.height >= 2 else { return }
        drawLegend(data, into: &buffer, in: inside.row(0))
        let plot = inside.droppingTop(1)
        let count = LineGraph.capacity(of: plot)
        let series = data.clusters.map { cluster in
            let traffic = data.traffic(of: cluster.id)
            let rates = zip(traffic.rateIn.newest(count), traffic.rateOut.newest(count)).map { input, output in
                (input ?? 0) + (output ?? 0)
            }
            let style = data.outage == nil ? data.theme.cluster(cluster.id) : data.theme[.muted]
            return LineGraph.Series(rates, style: style, asciiMark: SafeText(number: (cluster.id + 1) % 10))
        }
        LineGraph(series, axisStyle: data.theme[.graphGrid]).draw(into: &buffer, in: plot)
    }

    /// Draws the names of the clusters in the colors of their lines, with numbers for terminals without colors.
    private func drawLegend(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        var x = rect.x
        for cluster in data.clusters {
            let name: SafeText = "\(cluster.id + 1) \(data.deployment.clusterName(cluster.id))"
            guard x + name.width <= rect.right else { break }
            x += buffer.write(name, at: Point(x: x, y: rect.y), style: data.theme.cluster(cluster.id), clip: rect) + 2
        }
    }

    // MARK: Events

    private func drawEvents(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let list = ListPane(rect)
        list.pane.draw("Events", theme: data.theme, into: &buffer)
        EventTable.draw(data, rows: data.events.rows.reversed(), into: &buffer, in: list)
    }
}
