import Settings
import TerminalUI

extension OverviewView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let layout = OverviewLayout(contents, in: rect)
        if !layout.incidents.isEmpty {
            buffer.mark(layout.clusters, as: .pane(0))
            buffer.mark(layout.incidents, as: .pane(1))
        }
        drawClusters(data, layout, into: &buffer)
        if !layout.graph.isEmpty { graph.draw(data, into: &buffer, in: layout.graph) }
        if !layout.secondGraph.isEmpty { secondGraph.draw(data, into: &buffer, in: layout.secondGraph) }
        if !layout.topics.isEmpty { drawTopics(data, into: &buffer, in: layout.topics) }
        if !layout.incidents.isEmpty { drawIncidents(data, layout.incidentPane, into: &buffer) }
    }

    // MARK: Clusters

    private enum Line {
        case cluster(ClusterRow)
        case reason(StyledLine)
    }

    private func drawClusters(_ data: DashboardData, _ layout: OverviewLayout, into buffer: inout CellBuffer) {
        let list = ListPane(layout.clusters)
        let hasFocus = focus == .clusters
        list.pane.draw(
            "Clusters",
            note: note(data),
            isFocused: hasFocus && !layout.incidents.isEmpty,
            theme: data.theme,
            into: &buffer
        )

        var lines: [Line] = []
        /// The position of the cluster of each line.
        var clusterOfLine: [Int] = []
        var selected: Int?
        for (position, row) in rows.enumerated() {
            defer { clusterOfLine += Array(repeating: position, count: lines.count - clusterOfLine.count) }
            if row.cluster.id == clusters.selection { selected = lines.count }
            lines.append(.cluster(row.cluster))
            if layout.showsReasons, let reason = row.reason { lines.append(.reason(reason)) }
        }
        let view = list.rows
        // The reason below the selected cluster is also kept visible.
        let bottom = min(lines.count - 1, (selected ?? 0) + (layout.showsReasons ? 1 : 0))
        let offset = min(max(0, bottom - view + 1), selected ?? 0)

        let width = list.table.width
        let columns = TableColumns(TableContext(data, glyphs: buffer.glyphs, width: width), ClusterColumn.listed(data))
        let table = columns.table(theme: data.theme, spacing: width < 34 ? 1 : 2, showsHeader: list.showsHeader)
        table.draw(
            into: &buffer,
            in: list.table,
            rowCount: lines.count,
            offset: offset,
            selected: hasFocus ? selected : nil
        ) { index in
            switch lines[index] {
            case .cluster(let cluster): columns.row(ClusterColumn.Row(cluster, data, figures))
            case .reason: Table.Row([])
            }
        }
        for line in 0..<max(0, min(view, lines.count - offset)) {
            if hasFocus { buffer.mark(list.body.row(line), as: .row(clusterOfLine[offset + line])) }
            guard case .reason(let reason) = lines[offset + line] else { continue }
            let row = list.body.row(line)
            let place = Rect(x: row.x + 5, y: row.y, width: row.width - 5, height: 1)
            reason.draw(into: &buffer, in: place, theme: data.theme, marksCut: true)
        }
    }

    private func note(_ data: DashboardData) -> SafeText {
        if !filter.isEmpty { return "\(rows.count) of \(data.clusters.count) by \(untrusted: filter)" }
        guard data.clusters.count >= Self.manyClusters else { return .empty }
        return "\(data.clusters.count) clusters, problems first"
    }

    // MARK: Topics

    /// The minimum width of the hottest topics with their shares.
    private static let widthWithShares = 72

    private func drawTopics(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let list = ListPane(rect)
        list.pane.draw("Hottest topics", note: "of \(data.traffic.topicCount)", theme: data.theme, into: &buffer)
        let context = TableContext(data, glyphs: buffer.glyphs, width: list.table.width)
        // The names are more important than the shares.
        let isWide = list.table.width >= Self.widthWithShares
        let columns = TableColumns<HotTopicColumn>(context, isWide ? nil : [.topic, .cluster, .rate, .graph])
        let table = columns.table(theme: data.theme, spacing: 2, showsHeader: list.showsHeader)
        // No topic can be selected, so the marks of the selection need no space.
        let area = Rect(x: list.table.x - 2, y: list.table.y, width: list.table.width + 2, height: list.table.height)
        let rows = figures.hottest.filter { data.traffic.topics.indices.contains($0) }.prefix(list.rows)
        table.draw(into: &buffer, in: area, rowCount: rows.count) { index in
            columns.row(HotTopicColumn.Row(rows[index], data, totalRate: figures.total))
        }
    }

    // MARK: Incidents

    private func drawIncidents(_ data: DashboardData, _ pane: Pane, into buffer: inout CellBuffer) {
        let open = data.incidents.open
        let all = data.incidents.incidents.count
        let note: SafeText = all == 0 ? .empty : open == 0 ? "none open" : "\(open) open"
        pane.draw("Incidents", note: note, isFocused: focus == .incidents, theme: data.theme, into: &buffer)
        incidents.draw(data, filter: filter, isFocused: focus == .incidents, into: &buffer, in: pane.inside)
    }
}

extension ClusterColumn.Row {
    init(_ cluster: ClusterRow, _ data: DashboardData, _ figures: RingFigures) {
        self.init(
            cluster: cluster,
            traffic: data.traffic(of: cluster.id),
            trafficShare: figures.trafficShare(of: cluster.id),
            totalRate: figures.total
        )
    }
}

extension HotTopicColumn.Row {
    /// Creates the row of a topic.
    /// - Parameter row: The row of the topic in the snapshot.
    init(_ row: Int, _ data: DashboardData, totalRate: Double) {
        self.init(
            topic: data.traffic.topics[row],
            counters: data.traffic.counters[row],
            totalRate: totalRate,
            rates: data.traffic.rates(of: row)
        )
    }
}
