import Settings
import TerminalUI

/// The columns of the topics, as a list and as a tree. Where it is narrow those of the lowest importance go first.
struct TopicColumns {
    private let data: DashboardData

    init(_ data: DashboardData) {
        self.data = data
    }

    /// - Parameter tree: Whether a branch says how many topics it has in place of a graph.
    func columns(tree: Bool) -> [Table.Column] {
        let names = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
        return [
            Table.Column("TOPIC", width: .fill(minimum: 14)),
            Table.Column("CLUSTER", width: .fixed(min(16, max(7, names)), importance: 80)),
            Table.Column("IN/s", width: .fixed(6, importance: 90), alignment: .right),
            tree
                ? Table.Column("TOPICS", width: .fixed(6, importance: 85), alignment: .right)
                : Table.Column("", width: .fixed(10, importance: 30)),
            Table.Column("OUT/s", width: .fixed(6, importance: 60), alignment: .right),
            Table.Column("BYTES/s", width: .fixed(9, importance: 40), alignment: .right),
            Table.Column("TOTAL", width: .fixed(6, importance: 70), alignment: .right),
            Table.Column("AGE", width: .fixed(6, importance: 50), alignment: .right),
            Table.Column("BY", width: .fixed(9, importance: 20)),
        ]
    }

    /// A topic of the list.
    func row(_ row: Int, glyphs: GlyphSet) -> Table.Row {
        guard data.traffic.topics.indices.contains(row) else { return Table.Row([]) }
        let topic = data.traffic.topics[row]
        let counters = data.traffic.counters[row]
        let idle = counters.rateIn + counters.rateOut > 0 ? Style.plain : data.theme[.muted]
        return Table.Row([
            .text(topic.name),
            owner(topic, counters),
            .figure(.count(Double(counters.rateIn)), style: idle),
            Table.Item(
                .sparkline(Sparkline(data.traffic.rates(of: row, newest: 20), resolution: .braille)),
                style: data.theme[.graphIn]
            ),
            .figure(.count(Double(counters.rateOut)), style: idle),
            .figure(.bytes(Double(counters.byteRate)), style: idle),
            .figure(.count(counters.messages)),
            .figure(age(counters.lastMessage) ?? glyphs.missing, style: idle),
            .text(counters.origins.text, style: data.theme[.muted]),
        ])
    }

    /// A branch or topic of the tree.
    func row(_ line: TopicTree.Line, of tree: TopicTree, glyphs: GlyphSet) -> Table.Row {
        guard line.hidden == 0 else {
            let indent = SafeText(repeating: "  ", count: line.depth + 1)
            return Table.Row([.text("\(indent)\(line.hidden) more, enter shows some", style: data.theme[.muted])])
        }
        let sum = tree.sum(of: line.id)
        let idle = sum.rateIn + sum.rateOut > 0 ? Style.plain : data.theme[.muted]
        let mark: SafeText = line.isBranch ? (line.isExpanded ? "- " : "+ ") : "  "
        let cluster: Table.Item
        if let row = tree.row(of: line.id), !line.isBranch, data.traffic.topics.indices.contains(row),
            !data.traffic.topics[row].isReplies
        {
            cluster = owner(data.traffic.topics[row], data.traffic.counters[row])
        } else if let owner = sum.owner {
            cluster = .text(data.deployment.clusterName(owner), style: data.theme.cluster(owner))
        } else {
            cluster = .text("several", style: data.theme[.muted])
        }
        return Table.Row([
            .text(SafeText(repeating: "  ", count: line.depth) + mark + tree.name(of: line.id)),
            cluster,
            .figure(.count(Double(sum.rateIn)), style: idle),
            .figure(line.isBranch ? .count(sum.topics) : .empty, style: data.theme[.muted]),
            .figure(.count(Double(sum.rateOut)), style: idle),
            .figure(.bytes(Double(sum.byteRate)), style: idle),
            .figure(.count(sum.messages)),
            .figure(age(sum.lastMessage) ?? glyphs.missing, style: idle),
            .text(sum.origins.text, style: data.theme[.muted]),
        ])
    }

    /// The owner, marked if messages came from another cluster: their publisher has another ring.
    private func owner(_ topic: TopicIdentity, _ counters: TopicCounters) -> Table.Item {
        let isElsewhere = topic.isMisplaced(counters)
        return .text(
            data.deployment.clusterName(topic.owner) + (isElsewhere ? "!" : ""),
            style: isElsewhere ? data.theme[.severityWarn] : data.theme.cluster(topic.owner)
        )
    }

    private func age(_ lastMessage: Double) -> SafeText? {
        guard lastMessage >= 0 else { return nil }
        return .duration(.seconds(max(0, (data.now.uptime.inSeconds - lastMessage).rounded())))
    }
}

extension TopicOrigins {
    /// Why the topic is known, in a word each.
    var text: SafeText {
        var words: [SafeText] = []
        if contains(.subscribed) { words.append("sub") }
        if contains(.watched) { words.append("watch") }
        if contains(.published) { words.append("pub") }
        if contains(.listed) { words.append("srv") }
        return words.joined(separator: " ")
    }
}
