import Settings
import TerminalUI

/// The columns of the topics, in the list and in the tree.
enum TopicColumn: TableColumn {
    case topic, owner, rateIn, graph, topics, rateOut, byteRate, total, age, origins

    var definition: ColumnDefinition<Self> {
        switch self {
        case .topic:
            .init("TOPIC", .fill(minimum: 14), sorting: Sorting("topic", startsDescending: false, { _, _ in 0 }, { _ in 0 })) {
                row,
                _ in row.name
            }
        case .owner:
            .init(
                "CLUSTER",
                width: { $0.clusterWidth(importance: 80) },
                sorting: Sorting(
                    "cluster",
                    startsDescending: false,
                    { Float($0.topics[$1].owner) },
                    { Double($0.owner ?? -1) }
                )
            ) { row, _ in row.cluster }
        case .rateIn:
            .init(
                "IN/s",
                .fixed(6, importance: 90),
                .right,
                sorting: Sorting("in", { $0.counters[$1].rateIn }, { Double($0.rateIn) })
            ) { row, context in row.figure(context) { .count(Double($0.rateIn)) } }
        case .graph:
            .init("", .fixed(10, importance: 30)) { row, context in
                guard let topic = row.topic else { return .blank }
                let rates = context.data.traffic.rates(of: topic, newest: 20)
                return Table.Item(.sparkline(Sparkline(rates, resolution: .braille)), style: context.theme[.graphIn])
            }
        case .topics:
            .init("TOPICS", .fixed(6, importance: 85), .right) { row, context in
                guard row.isBranch, let sum = row.sum else { return .blank }
                return .figure(.count(sum.topics), style: context.theme[.muted])
            }
        case .rateOut:
            .init(
                "OUT/s",
                .fixed(6, importance: 60),
                .right,
                sorting: Sorting("out", { $0.counters[$1].rateOut }, { Double($0.rateOut) })
            ) { row, context in row.figure(context) { .count(Double($0.rateOut)) } }
        case .byteRate:
            .init(
                "IN+OUT B/s",
                .fixed(10, importance: 40),
                .right,
                sorting: Sorting("bytes", { $0.counters[$1].byteRate }, { Double($0.byteRate) })
            ) { row, context in row.figure(context) { .bytes(Double($0.byteRate)) } }
        case .total:
            .init(
                "TOTAL",
                .fixed(6, importance: 70),
                .right,
                sorting: Sorting("total", { Float($0.counters[$1].messages) }, { Double($0.messages) })
            ) { row, _ in row.sum.map { .figure(.count($0.messages)) } ?? .blank }
        case .age:
            // Descending order puts the newest first. The time is -1 before the first message.
            .init(
                "AGE",
                .fixed(6, importance: 50),
                .right,
                sorting: Sorting("age", { Float(max(0, $0.counters[$1].lastMessage + 1)) }, { $0.lastMessage })
            ) { row, context in
                row.figure(context) { sum in
                    guard sum.lastMessage >= 0 else { return context.glyphs.missing }
                    return .duration(.seconds(max(0, (context.data.now.uptime.inSeconds - sum.lastMessage).rounded())))
                }
            }
        case .origins:
            .init("BY", .fixed(9, importance: 20)) { row, context in
                row.sum.map { .text($0.origins.text, style: context.theme[.muted]) } ?? .blank
            }
        }
    }

    typealias Context = TableContext

    /// The columns of the list, with a graph for each topic.
    static var list: [TopicColumn] { allCases.filter { $0 != .topics } }
    /// The columns of the tree, with the number of topics in place of the graph.
    static var tree: [TopicColumn] { allCases.filter { $0 != .graph } }
    /// The columns to sort by.
    static var sortable: [TopicColumn] { allCases.filter { $0.definition.sorting != nil } }
}

extension TopicColumn {
    /// The sorting of topics by a column.
    struct Sorting {
        /// The column's name in `:sort`.
        let name: String
        /// Whether the standard direction is descending.
        let startsDescending: Bool
        /// Returns the figure of a topic. It is never negative, so that its bit pattern has the same order as its value.
        let topicKey: (TrafficSnapshot, Int) -> Float
        /// Returns the figure of a branch of the tree.
        let branchKey: (TopicTree.Sum) -> Double

        init(
            _ name: String,
            startsDescending: Bool = true,
            _ topicKey: @escaping (TrafficSnapshot, Int) -> Float,
            _ branchKey: @escaping (TopicTree.Sum) -> Double
        ) {
            self.name = name
            self.startsDescending = startsDescending
            self.topicKey = topicKey
            self.branchKey = branchKey
        }
    }

    /// A topic in the list, or a line of the tree.
    struct Row {
        let name: Table.Item
        let cluster: Table.Item
        /// The counts; nil for the line with the number of hidden children.
        let sum: TopicTree.Sum?
        /// The row in the snapshot, for a topic in the list.
        let topic: Int?
        let isBranch: Bool

        fileprivate func figure(_ context: TableContext, _ text: (TopicTree.Sum) -> SafeText) -> Table.Item {
            guard let sum else { return .blank }
            return .figure(text(sum), style: sum.rateIn + sum.rateOut > 0 ? .plain : context.theme[.muted])
        }
    }
}

extension TopicColumn.Row {
    /// Creates the row of a topic in the list; nil if the snapshot no longer has the row.
    /// - Parameter isUnfolded: Whether the subjects of a row of replies follow it.
    init?(topic row: Int, isUnfolded: Bool, _ context: TableContext) {
        let traffic = context.data.traffic
        guard traffic.topics.indices.contains(row) else { return nil }
        let topic = traffic.topics[row]
        let counters = traffic.counters[row]
        let mark: SafeText = topic.isReplies ? (isUnfolded ? "- " : "+ ") : .empty
        name = .text(mark + topic.name, style: topic.isReplies ? context.theme[.muted] : .plain)
        cluster = context.owner(of: topic, counters)
        sum = TopicTree.Sum(counters, owner: topic.owner, isReplies: topic.isReplies)
        self.topic = row
        isBranch = false
    }

    /// Creates the row of a subject below a row of replies.
    init(_ subject: SystemSubjects.Entry, of context: TableContext) {
        name = .text("    " + SafeText(untrustedBytes: subject.subject, maximumBytes: 512), style: context.theme[.muted])
        cluster = .blank
        var sum = TopicTree.Sum()
        (sum.messages, sum.lastMessage, sum.rows) = (subject.messages, subject.last, 1)
        self.sum = sum
        topic = nil
        isBranch = false
    }

    /// Creates the row of a line of the tree.
    init(_ line: TopicTree.Line, of tree: TopicTree, _ context: TableContext) {
        topic = nil
        isBranch = line.isBranch
        let indent = SafeText(repeating: "  ", count: line.depth)
        guard line.hidden == 0 else {
            name = .text("\(indent)  \(line.hidden) more, enter shows some", style: context.theme[.muted])
            (cluster, sum) = (.blank, nil)
            return
        }
        let mark: SafeText = line.isBranch ? (line.isExpanded ? "- " : "+ ") : "  "
        name = .text(indent + mark + tree.name(of: line.id))
        let sum = tree.sum(of: line.id)
        self.sum = sum
        let traffic = context.data.traffic
        if let row = tree.row(of: line.id), !line.isBranch, traffic.topics.indices.contains(row), !traffic.topics[row].isReplies {
            cluster = context.owner(of: traffic.topics[row], traffic.counters[row])
        } else if let owner = sum.owner {
            cluster = context.cluster(owner)
        } else {
            cluster = .text("several", style: context.theme[.muted])
        }
    }
}

extension TopicTree.Sum {
    /// Creates the sum of one topic.
    init(_ counters: TopicCounters, owner: Int, isReplies: Bool) {
        self.init(
            topics: isReplies ? 0 : 1,
            rows: 1,
            rateIn: counters.rateIn,
            rateOut: counters.rateOut,
            byteRate: counters.byteRate,
            messages: counters.messages,
            lastMessage: counters.lastMessage,
            origins: counters.origins,
            owner: owner
        )
    }
}

extension TopicOrigins {
    /// The origins of the topic, one word each.
    var text: SafeText {
        var words: [SafeText] = []
        if contains(.subscribed) { words.append("sub") }
        if contains(.watched) { words.append("watch") }
        if contains(.published) { words.append("pub") }
        if contains(.listed) { words.append("srv") }
        return words.joined(separator: " ")
    }
}
