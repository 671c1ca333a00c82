import TerminalUI

/// The columns of the hottest topics in the Ring view.
enum HotTopicColumn: TableColumn {
    case topic, cluster, rate, graph, share, byteRate

    var definition: ColumnDefinition<Self> {
        switch self {
        case .topic:
            // Columns of figures are left out before names are cut.
            .init("TOPIC", width: { .flexible(minimum: max(14, $0.width * 2 / 5), ideal: max(14, min(40, $0.width / 2))) }) {
                row,
                _ in
                .text(row.topic.name)
            }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(importance: 90) }) { row, context in
                context.owner(of: row.topic, row.counters)
            }
        case .rate: .init("MSGS/s", .fixed(6, importance: 95), .right) { row, _ in .figure(.count(row.rate)) }
        case .graph:
            .init("TREND", .fill(minimum: 8, importance: 85)) { row, context in
                Table.Item(.sparkline(Sparkline(row.rates, resolution: .braille)), style: context.theme[.graphIn])
            }
        case .share:
            .init("OF ALL", .fixed(6, importance: 80), .right) { row, _ in
                .figure(row.totalRate > 0 ? .percent(row.rate / row.totalRate) : "–")
            }
        case .byteRate:
            .init("BYTES/s", .fixed(9, importance: 60), .right) { row, _ in .figure(.bytes(Double(row.counters.byteRate))) }
        }
    }

    typealias Context = TableContext

    struct Row {
        let topic: TopicIdentity
        let counters: TopicCounters
        /// The messages per second of all clusters.
        let totalRate: Double
        /// The messages per second at the last samples.
        let rates: [Double?]

        fileprivate var rate: Double { Double(counters.rateIn + counters.rateOut) }
    }
}
