import Settings
import TerminalUI

extension TopicsView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let layout = parts.layout(in: rect)
        parts.mark(layout, in: &buffer)
        if !layout.list.isEmpty { drawTable(data, into: &buffer, in: layout.list) }
        if !layout.detail.isEmpty { drawDetail(data, into: &buffer, in: layout.detail) }
    }

    // MARK: Table

    private func drawTable(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let traffic = data.traffic
        let list = ListPane(rect, footerRows: 1)
        list.pane.draw(
            tree == nil ? "Topics" : "Topics, as a tree",
            note: filter.isEmpty ? .empty : "\(order.count) of \(traffic.topics.count) by \(untrusted: filter)",
            isFocused: parts.focus == .list,
            theme: data.theme,
            into: &buffer
        )
        let totals = SafeText.list(totals(data), separator: ", ", columns: list.footer.width)
        buffer.write(totals, in: list.footer, style: data.theme[data.dropped > 0 ? .severityWarn : .muted])
        guard !order.isEmpty else {
            buffer.write(emptyText(data), in: list.body.row(0), style: data.theme[.muted])
            return
        }
        let context = TableContext(data, glyphs: buffer.glyphs, width: list.table.width)
        let columns = TableColumns<TopicColumn>(context, tree == nil ? TopicColumn.list : TopicColumn.tree)
        var table = columns.table(
            sort: (sort.column, sort.isDescending),
            theme: data.theme,
            spacing: list.table.width < 40 ? 1 : 2,
            showsHeader: list.showsHeader
        )
        table.marksRows = true
        if let tree {
            table.draw(
                into: &buffer,
                in: list.table,
                rowCount: tree.lines.count,
                offset: branches.offset,
                selected: branches.index
            ) { columns.row(TopicColumn.Row(tree.lines[$0], of: tree, context)) }
        } else {
            table.draw(
                into: &buffer,
                in: list.table,
                rowCount: lines.all.count,
                offset: self.list.offset,
                selected: self.list.index
            ) { index in row(at: index, context).map(columns.row) ?? Table.Row([]) }
        }
        Highlight.draw(filter, in: list.body, of: &buffer, style: data.theme[.match])
    }

    private func row(at index: Int, _ context: TableContext) -> TopicColumn.Row? {
        if let subject = lines.subject(at: index) { return TopicColumn.Row(subject.entry, of: context) }
        let row = lines.all[index]
        return TopicColumn.Row(topic: row, isUnfolded: lines.isUnfolded(row, context.data.traffic), context)
    }

    private func emptyText(_ data: DashboardData) -> SafeText {
        guard filter.isEmpty else { return "No topic matches the filter; esc clears it." }
        let subscribe = data.keys.key(for: .subscribe) ?? ":sub TOPIC"
        return "No topic yet: \(subscribe) subscribes, :watch orders.> shows messages from others."
    }

    /// Returns the totals of all topics, including filtered and folded ones, the most important first.
    private func totals(_ data: DashboardData) -> [SafeText] {
        let traffic = data.traffic
        var text = SafeText.counted(traffic.topicCount, "topic")
        if let pending = tree?.pending, pending > 0 { text += ", \(pending) not in the tree yet" }
        if traffic.folded.count > 0 {
            let about: SafeText = traffic.folded.isEstimate ? "at least " : ""
            let noun: SafeText = traffic.folded.count == 1 ? "less busy one" : "less busy ones"
            let messages = traffic.folded.messagesIn + traffic.folded.messagesOut
            text += " and \(about)\(traffic.folded.count) \(noun) folded (\(Self.messages(messages)))"
        }
        if !traffic.replyRows.isEmpty {
            let replies = traffic.replyRows.reduce(0) { $0 + traffic.counters[$1].messages }
            let noun: SafeText = replies == 1 ? "reply or system message" : "replies and system messages"
            text += " and \(SafeText.count(replies)) \(noun)"
        }
        var parts = [text]
        if data.dropped > 0 { parts.append("\(Self.messages(data.dropped)) dropped and not counted") }
        for (cluster, listing) in data.servers.listings.sorted(by: { $0.key < $1.key }) where listing.isPart {
            let name = data.deployment.clusterName(cluster)
            parts.append("\(name) lists \(listing.entries.count) of \(listing.total) subscriptions")
        }
        parts.append("in \(SafeText.rate(traffic.rateIn)) \(SafeText.byteRate(traffic.byteRateIn))")
        parts.append("out \(SafeText.rate(traffic.rateOut))")
        let memory = MemoryCeiling.bytes(subscriptions: data.subscriptions.count, clusters: data.clusters.count)
        parts.append("memory at most \(SafeText.bytes(memory))")
        parts.append("total \(SafeText.count(traffic.messagesIn)) in \(SafeText.count(traffic.messagesOut)) out")
        return parts
    }

    private static func messages(_ count: UInt64) -> SafeText {
        count == 1 ? "1 message" : "\(SafeText.count(count)) messages"
    }

    // MARK: Detail

    private func drawDetail(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let pane = Pane(rect)
        pane.draw("Topic", isFocused: parts.focus == .detail, theme: data.theme, into: &buffer)
        parts.draw(into: &buffer, in: pane.inside, theme: data.theme)
        let plot = pane.inside.droppingTop(parts.detailCount + 1)
        guard let row = selectedRow(data), plot.height >= 3 else { return }
        let rates = data.traffic.rates(of: row)
        let columns = AreaGraph.columns(inWidth: plot.width)
        var scale = GraphScale()
        scale.reset(peak: AreaGraph.peak(of: [rates], columns: columns))
        // There is one sample a second, and each has a column.
        let area = AreaGraph.Area(rates, shades: data.theme.shades(of: .graphIn))
        let axis = TimeAxis(secondsPerColumn: 1)
        AreaGraph([area], top: scale.top, timeAxis: axis, axisStyle: data.theme[.graphGrid]).draw(into: &buffer, in: plot)
    }
}
