import Settings
import TerminalUI

extension TopicsView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let layout = TopicsLayout(rect, showsDetail: showsDetail)
        if !layout.table.isEmpty { drawTable(data, into: &buffer, in: layout.table) }
        if !layout.detail.isEmpty { drawDetail(data, into: &buffer, in: layout.detail) }
    }

    // MARK: Table

    private func drawTable(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let traffic = data.traffic
        let note: SafeText = filter.isEmpty ? .empty : "\(order.count) of \(traffic.topics.count) by \(untrusted: filter)"
        let inside = buffer.drawBox(
            rect,
            title: "Topics",
            note: note,
            style: data.theme[.border],
            titleStyle: data.theme[.title]
        ).inset(horizontal: 1)
        guard inside.height >= 2 else { return }
        drawTotals(data, into: &buffer, in: inside.row(inside.height - 1))
        let place = inside.droppingBottom(1)
        guard !order.isEmpty else {
            buffer.write(emptyText(data), in: place.row(place.height > 2 ? 1 : 0), style: data.theme[.muted])
            return
        }
        let glyphs = buffer.glyphs
        var table = Table(
            columns: columns(data),
            sort: Table.Sort(column: sort.tableColumn, isDescending: sort.isDescending),
            styles: .standard(data.theme)
        )
        table.marksRows = true
        table.draw(into: &buffer, in: place, rowCount: order.count, offset: list.offset, selected: list.index) { index in
            row(order[index], data, glyphs)
        }
        Highlight.draw(filter, in: place.droppingTop(1), of: &buffer, style: data.theme[.match])
    }

    private func emptyText(_ data: DashboardData) -> SafeText {
        guard filter.isEmpty else { return "No topic matches the filter; esc clears it." }
        let subscribe = data.keys.key(for: .subscribe) ?? ":sub TOPIC"
        return "No topic yet: \(subscribe) subscribes, :watch orders.> shows what others send."
    }

    private func columns(_ data: DashboardData) -> [Table.Column] {
        let names = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
        return [
            Table.Column("TOPIC", width: .fill(minimum: 14)),
            Table.Column("CLUSTER", width: .fixed(min(16, max(7, names)), importance: 80)),
            Table.Column("IN/s", width: .fixed(6, importance: 90), alignment: .right),
            Table.Column("", width: .fixed(10, importance: 30)),
            Table.Column("OUT/s", width: .fixed(6, importance: 60), alignment: .right),
            Table.Column("BYTES/s", width: .fixed(9, importance: 40), alignment: .right),
            Table.Column("TOTAL", width: .fixed(6, importance: 70), alignment: .right),
            Table.Column("AGE", width: .fixed(6, importance: 50), alignment: .right),
            Table.Column("BY", width: .fixed(9, importance: 20)),
        ]
    }

    private func row(_ row: Int, _ data: DashboardData, _ glyphs: GlyphSet) -> Table.Row {
        let theme = data.theme
        let topic = data.traffic.topics[row]
        let counters = data.traffic.counters[row]
        // A message that came from another cluster than the owner's has a publisher with another ring.
        let isElsewhere = counters.clustersSeen & ~(1 << UInt64(min(topic.owner, 63))) != 0
        let owner = data.deployment.clusterName(topic.owner) + (isElsewhere ? "!" : "")
        let idle = counters.rateIn + counters.rateOut > 0 ? Style.plain : theme[.muted]
        return Table.Row([
            .text(topic.name),
            .text(owner, style: isElsewhere ? theme[.severityWarn] : theme.cluster(topic.owner)),
            .text(.count(Double(counters.rateIn)), style: idle),
            Table.Item(
                .sparkline(Sparkline(data.traffic.rates(of: row, newest: 20), resolution: .braille)),
                style: theme[.graphIn]
            ),
            .text(.count(Double(counters.rateOut)), style: idle),
            .text(.bytes(Double(counters.byteRate)), style: idle),
            .text(.count(counters.messages)),
            .text(age(counters, data) ?? glyphs.missing, style: idle),
            .text(counters.origins.text, style: theme[.muted]),
        ])
    }

    private func age(_ counters: TopicCounters, _ data: DashboardData) -> SafeText? {
        guard counters.lastMessage >= 0 else { return nil }
        return .duration(.seconds(max(0, (data.now.uptime.inSeconds - counters.lastMessage).rounded())))
    }

    /// Over all topics, whatever the filter shows and whatever was folded.
    private func drawTotals(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let traffic = data.traffic
        var text: SafeText = "\(traffic.topics.count) topics"
        if traffic.folded.count > 0 {
            let about: SafeText = traffic.folded.isEstimate ? "at least " : ""
            let folded = SafeText.count(traffic.folded.messagesIn + traffic.folded.messagesOut)
            text += " and \(about)\(traffic.folded.count) less busy ones folded (\(folded) messages)"
        }
        text += ", in \(SafeText.rate(traffic.rateIn)) \(SafeText.byteRate(traffic.byteRateIn))"
        text += ", out \(SafeText.rate(traffic.rateOut)), total \(SafeText.count(traffic.messagesIn)) in"
        text += " \(SafeText.count(traffic.messagesOut)) out"
        buffer.write(text, in: rect, style: data.theme[.muted])
    }

    // MARK: Detail

    private func drawDetail(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let inside = buffer.drawBox(
            rect,
            title: "Topic",
            style: data.theme[.focusedBorder],
            titleStyle: data.theme[.title]
        ).inset(horizontal: 1)
        guard let row = selectedRow(data), !inside.isEmpty else { return }
        let lines = TopicDetail(row, data).lines(width: inside.width)
        for (index, line) in lines.prefix(inside.height).enumerated() {
            line.draw(into: &buffer, in: inside.row(index), theme: data.theme)
        }
        let plot = inside.droppingTop(lines.count + 1)
        guard plot.height >= 3 else { return }
        let rates = data.traffic.rates(of: row)
        LineGraph(
            [LineGraph.Series(rates, style: data.theme[.graphIn])],
            timeLabels: (oldest: "\(rates.count) samples", newest: "now"),
            axisStyle: data.theme[.graphGrid]
        ).draw(into: &buffer, in: plot)
    }
}

extension TopicSort {
    /// Where the column is in the table; the third one there is a sparkline.
    fileprivate var tableColumn: Int { column.rawValue > Column.rateIn.rawValue ? column.rawValue + 1 : column.rawValue }
}

extension TopicOrigins {
    /// Why the topic is known, in a word each.
    var text: SafeText {
        var words: [SafeText] = []
        if contains(.subscribed) { words.append("sub") }
        if contains(.watched) { words.append("watch") }
        if contains(.published) { words.append("pub") }
        return words.joined(separator: " ")
    }
}
