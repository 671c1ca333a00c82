import Settings
import TerminalUI

/// The columns of the events, in the Events view and in the Overview.
enum EventColumn: TableColumn {
    case time, severity, cluster, event

    var definition: ColumnDefinition<Self> {
        switch self {
        case .time:
            .init("TIME", .fixed(8, importance: 90)) { row, context in
                .figure(.clock(epochSeconds: row.epochSeconds, offset: context.data.now.utcOffset), style: context.theme[.muted])
            }
        case .severity:
            .init("", .fixed(5, importance: 80)) { row, context in
                .text(row.severity.word, style: context.theme[row.severity.role])
            }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(importance: 85) }) { row, context in
                row.cluster.map(context.cluster) ?? .blank
            }
        case .event: .init("EVENT", .fill(minimum: 12)) { row, _ in Table.Item(.choice(row.forms)) }
        }
    }

    typealias Row = EventRow
    typealias Context = TableContext
}
