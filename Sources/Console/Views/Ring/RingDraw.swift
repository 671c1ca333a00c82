import ConsistentHashing
import Settings
import TerminalUI

extension RingView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let layout = RingLayout(rect, clusters: data.clusters.count)
        drawClusters(data, layout, into: &buffer)
        if !layout.topics.isEmpty { drawTopics(data, into: &buffer, in: layout.topics) }
        if !layout.fleet.isEmpty { drawFleet(data, into: &buffer, in: layout.fleet) }
    }

    // MARK: Clusters

    private func drawClusters(_ data: DashboardData, _ layout: RingLayout, into buffer: inout CellBuffer) {
        Pane(layout.clusters).draw(
            "Ring \(data.fingerprint.label)",
            note: "\(data.deployment.namingLabel), \(HashRing.replicas) points for each cluster",
            theme: data.theme,
            into: &buffer
        )
        let width = layout.table.width
        let columns = TableColumns<RingColumn>(TableContext(data, glyphs: buffer.glyphs, width: width))
        let table = columns.table(
            theme: data.theme,
            spacing: width < 40 ? 1 : 2,
            showsHeader: layout.table.height > data.clusters.count
        )
        table.draw(into: &buffer, in: layout.table, rowCount: data.clusters.count) { index in
            guard figures.shares.indices.contains(index) else { return Table.Row([]) }
            return columns.row(RingColumn.Row(cluster: data.clusters[index], share: figures.shares[index], figures: figures))
        }
        if let misrouting = data.fleet.text(data.deployment) {
            buffer.write(misrouting, in: layout.summary, style: data.theme[.severityError])
        } else {
            buffer.write(summary, in: layout.summary, style: data.theme[.muted])
        }
        drawStrip(data, layout, into: &buffer)
    }

    private var summary: SafeText {
        var text: SafeText = "max/mean: keys \(SafeText.factor(figures.keyImbalance))"
        text += ", traffic \(figures.trafficImbalance.map { SafeText.factor($0) } ?? "–")"
        text += ", \(SafeText.rate(figures.total)) in and out as seen here"
        if figures.misplaced > 0 {
            let topics = SafeText.counted(figures.misplaced, "topic")
            text += ", \(topics) seen on a cluster that is not the owner"
        }
        return text
    }

    // MARK: Strip

    private func drawStrip(_ data: DashboardData, _ layout: RingLayout, into buffer: inout CellBuffer) {
        guard !layout.strip.isEmpty else { return }
        for (column, owner) in strip.owners.prefix(layout.strip.width).enumerated() {
            buffer.write(
                SafeText(number: (owner + 1) % 10),
                at: Point(x: layout.strip.x + column, y: layout.strip.y),
                style: data.theme.cluster(owner)
            )
        }
        guard let topic = selectedTopic(data), case .topic(let hash, _) = TopicRoute(topic, on: data.deployment.ring) else {
            let text: SafeText = "0 to 2^64, each part with the number of its main owner; :route TOPIC finds a topic"
            buffer.write(text, in: layout.route.row(1), style: data.theme[.muted])
            return
        }
        let column = Int(Double(hash) / 0x1p64 * Double(layout.strip.width))
        let mark = Point(x: layout.strip.x + min(column, layout.strip.width - 1), y: layout.route.y)
        buffer.write(buffer.glyphs.ascending, at: mark, style: data.theme[.accent], clip: layout.route)
        let text = RouteDetail(topic, data).text
        for (index, line) in text.wrapped(at: layout.route.width, by: .words, maximumRows: 2).lines.enumerated() {
            buffer.write(line, in: layout.route.row(index + 1), style: data.theme[.accent])
        }
    }

    // MARK: Topics

    private func drawTopics(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let pane = ListPane(rect)
        pane.pane.draw(
            "Hottest topics",
            note: filter.isEmpty ? "" : "\(shown.count) of \(figures.hottest.count) by \(untrusted: filter)",
            theme: data.theme,
            into: &buffer
        )
        guard !shown.isEmpty else {
            let text: SafeText =
                filter.isEmpty ? "No traffic, or no topic is watched." : "No topic matches the filter; esc clears it."
            buffer.write(text, in: pane.body.row(0), style: data.theme[.muted])
            return
        }
        let context = TableContext(data, glyphs: buffer.glyphs, width: pane.table.width)
        let columns = TableColumns<HotTopicColumn>(context)
        var table = columns.table(theme: data.theme, spacing: 2, showsHeader: pane.showsHeader)
        table.marksRows = true
        table.draw(into: &buffer, in: pane.table, rowCount: shown.count, offset: list.offset, selected: list.index) { index in
            guard data.traffic.topics.indices.contains(shown[index]) else { return Table.Row([]) }
            return columns.row(HotTopicColumn.Row(shown[index], data, totalRate: figures.total))
        }
        Highlight.draw(filter, in: pane.body, of: &buffer, style: data.theme[.match])
    }
}

extension RingView {
    /// Draws the programs of the deployment, as many as fit.
    private func drawFleet(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let pane = Pane(rect)
        pane.draw("Fleet", note: ":fleet shows all", theme: data.theme, into: &buffer)
        let lines = FleetText.lines(data, width: pane.inside.width, programs: pane.inside.height)
        for (index, line) in lines.prefix(pane.inside.height).enumerated() {
            line.draw(into: &buffer, in: pane.inside.row(index), theme: data.theme)
        }
    }
}

extension SafeText {
    /// Returns a factor as text: `1.05x`, `12x`.
    static func factor(_ value: Double) -> SafeText {
        guard value.isFinite, value >= 0, value < 1e6 else { return "–" }
        let hundredths = Int((value * 100).rounded())
        if hundredths >= 1000 { return "\(Int(value.rounded()))x" }
        let rest = hundredths % 100
        return rest < 10 ? "\(hundredths / 100).0\(rest)x" : "\(hundredths / 100).\(rest)x"
    }
}
