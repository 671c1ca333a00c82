import Settings
import TerminalUI

/// The columns of the messages.
enum TailColumn: TableColumn {
    case time, cluster, topic, message

    var definition: ColumnDefinition<Self> {
        switch self {
        case .time:
            .init("TIME", .fixed(8, importance: 70)) { entry, context in
                .figure(
                    .clock(epochSeconds: entry.epochSeconds, offset: context.table.data.now.utcOffset),
                    style: context.table.theme[.muted]
                )
            }
        case .cluster:
            .init(
                "CLUSTER",
                width: { .fixed(min(12, max(7, $0.table.clusterNameWidth)), importance: 60) }
            ) { entry, context in context.table.cluster(entry.cluster) }
        case .topic:
            .init("TOPIC", width: { .fraction(0.35, minimum: $0.least) }) { entry, _ in
                .text(SafeText(untrustedBytes: entry.topic, maximumBytes: 512))
            }
        case .message:
            .init("MESSAGE", width: { .fill(minimum: $0.least, importance: 90) }) { entry, context in
                let text = SafeText(untrustedBytes: entry.payload, maximumBytes: Self.previewBytes)
                guard context.firstColumn > 0 else { return .text(text) }
                return .text(text.columnsInRange(min(context.firstColumn, text.width)..<text.width))
            }
        }
    }

    typealias Row = TailEntry

    struct Context {
        let table: TableContext
        /// The number of columns that the messages are scrolled to the right.
        let firstColumn: Int

        fileprivate var least: Int { table.width < 30 ? 6 : 12 }
    }

    /// The maximum number of payload bytes for the preview in the list.
    static let previewBytes = 512
}
