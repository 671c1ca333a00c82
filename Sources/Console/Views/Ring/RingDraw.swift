import ConsistentHashing
import Settings
import TerminalUI

extension RingView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let layout = RingLayout(rect, clusters: data.clusters.count)
        drawClusters(data, layout, into: &buffer)
        if !layout.topics.isEmpty { drawTopics(data, into: &buffer, in: layout.topics) }
    }

    // MARK: Clusters

    private func drawClusters(_ data: DashboardData, _ layout: RingLayout, into buffer: inout CellBuffer) {
        Pane(layout.clusters).draw(
            "Ring \(data.fingerprint.label)",
            note: "\(data.deployment.namingLabel), \(HashRing.replicas) points for each cluster",
            theme: data.theme,
            into: &buffer
        )
        let names = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
        let isNarrow = layout.table.width < 40
        let bar = Constraint.fill(minimum: 6, importance: 50)
        let table = Table(
            columns: [
                Table.Column("", width: .fixed(2, importance: 40)),
                Table.Column("CLUSTER", width: .fixed(min(16, max(isNarrow ? 5 : 7, names)))),
                Table.Column("KEYS", width: .fixed(5), alignment: .right),
                Table.Column("", width: bar),
                Table.Column(isNarrow ? "MSGS" : "TRAFFIC", width: .fixed(isNarrow ? 5 : 7, importance: 90), alignment: .right),
                Table.Column("", width: bar),
                Table.Column("MSGS/s", width: .fixed(6, importance: 60), alignment: .right),
                Table.Column("LOAD", width: .fixed(10, importance: 70)),
            ],
            styles: .standard(data.theme),
            spacing: isNarrow ? 1 : 2,
            showsHeader: layout.table.height > data.clusters.count
        )
        table.draw(into: &buffer, in: layout.table, rowCount: data.clusters.count) { index in
            row(data.clusters[index], index, data)
        }
        buffer.write(summary, in: layout.summary, style: data.theme[.muted])
        drawStrip(data, layout, into: &buffer)
    }

    private func row(_ cluster: ClusterRow, _ index: Int, _ data: DashboardData) -> Table.Row {
        guard figures.shares.indices.contains(index) else { return Table.Row([]) }
        let share = figures.shares[index]
        let style = data.theme.cluster(cluster.id)
        // The bars share a scale, so that keys and traffic can be compared.
        let top = max(0.001, figures.shares.map { max($0.keys, $0.traffic ?? 0) }.max() ?? 1)
        let load = share.traffic.map { share.keys > 0 ? $0 / share.keys : 0 }
        let isHot = (load ?? 0) > 1.5 && figures.total >= 10 && data.clusters.count > 1
        return Table.Row([
            .figure(SafeText(number: cluster.id + 1), style: style),
            .text(data.deployment.clusterName(cluster.id), style: style),
            .figure(.percent(share.keys)),
            Table.Item(.gauge(Gauge(share.keys / top, style: data.theme[.muted]))),
            .figure(share.traffic.map { .percent($0) } ?? "–"),
            Table.Item(.gauge(Gauge((share.traffic ?? 0) / top, style: style))),
            .figure(.count(share.rate)),
            .figure(
                load.map { isHot ? ["\(SafeText.factor($0)) hot", "\(SafeText.factor($0))!"] : [.factor($0)] } ?? ["–"],
                style: isHot ? data.theme[.statusDegraded] : .plain
            ),
        ])
    }

    private var summary: SafeText {
        var text: SafeText = "max/mean: keys \(SafeText.factor(figures.keyImbalance))"
        text += ", traffic \(figures.trafficImbalance.map { SafeText.factor($0) } ?? "–")"
        text += ", \(SafeText.rate(figures.total)) in and out as seen here"
        if figures.misplaced > 0 {
            let topics: SafeText = figures.misplaced == 1 ? "1 topic" : "\(figures.misplaced) topics"
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
            let text: SafeText = "0 to 2^64, each part by the cluster that owns most of it; :route TOPIC finds a topic"
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
                filter.isEmpty ? "Nothing flows, or nothing is watched." : "No topic matches the filter; esc clears it."
            buffer.write(text, in: pane.body.row(0), style: data.theme[.muted])
            return
        }
        let names = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
        var table = Table(
            columns: [
                Table.Column("TOPIC", width: .fill(minimum: 12)),
                Table.Column("CLUSTER", width: .fixed(min(16, max(7, names)), importance: 90)),
                Table.Column("MSGS/s", width: .fixed(6, importance: 95), alignment: .right),
                Table.Column("OF ALL", width: .fixed(6, importance: 80), alignment: .right),
                Table.Column("BYTES/s", width: .fixed(9, importance: 60), alignment: .right),
            ],
            styles: .standard(data.theme),
            showsHeader: pane.showsHeader
        )
        table.marksRows = true
        table.draw(into: &buffer, in: pane.table, rowCount: shown.count, offset: list.offset, selected: list.index) { index in
            guard data.traffic.topics.indices.contains(shown[index]) else { return Table.Row([]) }
            let topic = data.traffic.topics[shown[index]]
            let counters = data.traffic.counters[shown[index]]
            let rate = Double(counters.rateIn + counters.rateOut)
            let isMisplaced = topic.isMisplaced(counters)
            return Table.Row([
                .text(topic.name),
                .text(
                    data.deployment.clusterName(topic.owner) + (isMisplaced ? "!" : ""),
                    style: isMisplaced ? data.theme[.severityWarn] : data.theme.cluster(topic.owner)
                ),
                .figure(.count(rate)),
                .figure(figures.total > 0 ? .percent(rate / figures.total) : "–"),
                .figure(.bytes(Double(counters.byteRate))),
            ])
        }
        Highlight.draw(filter, in: pane.body, of: &buffer, style: data.theme[.match])
    }
}

/// Who owns a topic, by which hash, and who would own it without that cluster.
struct RouteDetail {
    let text: SafeText

    init(_ topic: String, _ data: DashboardData) {
        let line = RouteLine(topic, data)
        guard case .topic = TopicRoute(topic, on: data.deployment.ring) else {
            text = line.text
            return
        }
        let others = data.deployment.ring.successors(of: topic, count: data.clusters.count).dropFirst()
        text =
            others.isEmpty
            ? line.text : "\(line.text), then \(others.map { data.deployment.clusterName($0) }.joined(separator: ", "))"
    }
}

extension SafeText {
    /// How many times as much: `1.05x`, `2.8x`, `12x`.
    static func factor(_ value: Double) -> SafeText {
        guard value.isFinite, value >= 0, value < 1e6 else { return "–" }
        let hundredths = Int((value * 100).rounded())
        if hundredths >= 1000 { return "\(Int(value.rounded()))x" }
        let rest = hundredths % 100
        return rest < 10 ? "\(hundredths / 100).0\(rest)x" : "\(hundredths / 100).\(rest)x"
    }
}
