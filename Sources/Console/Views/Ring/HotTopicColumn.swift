import TerminalUI

/// The columns of the hottest topics in the Ring view.
enum HotTopicColumn: TableColumn {
    case topic, cluster, rate, share, byteRate

    var definition: ColumnDefinition<Self> {
        switch self {
        case .topic: .init("TOPIC", .fill(minimum: 12)) { row, _ in .text(row.topic.name) }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(importance: 90) }) { row, context in
                context.owner(of: row.topic, row.counters)
            }
        case .rate: .init("MSGS/s", .fixed(6, importance: 95), .right) { row, _ in .figure(.count(row.rate)) }
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

        fileprivate var rate: Double { Double(counters.rateIn + counters.rateOut) }
    }
}
