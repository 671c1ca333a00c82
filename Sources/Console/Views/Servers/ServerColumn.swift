import NATSMonitoring
import Settings
import TerminalUI

/// The columns of the servers.
enum ServerColumn: TableColumn {
    case mark, cluster, state, server, version, uptime, cpu, memory, connections, subscriptions, slowConsumers
    case messagesIn, messagesOut, bytesIn, bytesOut

    var definition: ColumnDefinition<Self> {
        switch self {
        case .mark:
            .init("", .fixed(1)) { row, context in
                .text(row.state.glyph(context.glyphs), style: context.theme[row.state.role])
            }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(minimum: $0.width < 34 ? 5 : 7) }) { row, context in
                context.cluster(row.id)
            }
        case .state:
            .init("STATE", .fixed(9, importance: 98)) { row, context in
                .text(row.state.word, style: context.theme[row.state.role])
            }
        case .server:
            .init("SERVER", .flexible(minimum: 6, ideal: 16, importance: 45)) { row, context in
                row.text(row.status?.name, maximumBytes: 128, context)
            }
        case .version:
            .init("VERSION", .fixed(8, importance: 55)) { row, context in
                row.text(row.status?.version, maximumBytes: 64, context)
            }
        case .uptime:
            .init("UPTIME", .fixed(9, importance: 50)) { row, context in
                .figure(ServerTime.forms(row.status?.uptime ?? "", context.glyphs), style: row.figures(context.theme))
            }
        case .cpu:
            .init("CPU", .fixed(5, importance: 70), .right) { row, context in
                row.figure(row.status.map { .percent($0.cpu / 100) }, context)
            }
        case .memory:
            .init("MEM", .fixed(7, importance: 68), .right) { row, context in
                row.figure(row.status.map { .bytes($0.memory) }, context)
            }
        case .connections:
            .init("CONNS", .fixed(5, importance: 75), .right) { row, context in
                row.figure(row.status.map { .count($0.connections) }, context)
            }
        case .subscriptions:
            .init("SUBS", .fixed(5, importance: 40), .right) { row, context in
                row.figure(row.status.map { .count($0.subscriptions) }, context)
            }
        case .slowConsumers:
            .init("SLOW", .fixed(4, importance: 72), .right) { row, context in
                let isAny = (row.status?.slowConsumers ?? 0) > 0
                return .figure(
                    row.status.map { .count($0.slowConsumers) } ?? context.glyphs.missing,
                    style: isAny ? context.theme[.severityWarn] : row.figures(context.theme)
                )
            }
        case .messagesIn:
            .init("IN/s", .fixed(5, importance: 80), .right) { row, context in
                row.figure(row.rates.map { .count($0.messagesIn) }, context)
            }
        case .messagesOut:
            .init("OUT/s", .fixed(5, importance: 79), .right) { row, context in
                row.figure(row.rates.map { .count($0.messagesOut) }, context)
            }
        case .bytesIn:
            .init("IN B/s", .fixed(7, importance: 62), .right) { row, context in
                row.figure(row.rates.map { .bytes($0.bytesIn) }, context)
            }
        case .bytesOut:
            .init("OUT B/s", .fixed(7, importance: 61), .right) { row, context in
                row.figure(row.rates.map { .bytes($0.bytesOut) }, context)
            }
        }
    }

    typealias Row = ServerRow
    typealias Context = TableContext
}

extension ServerRow {
    /// Returns the style of the figures. Those of a server that does not answer are old, so they are muted.
    fileprivate func figures(_ theme: Theme) -> Style { state == .unreachable ? theme[.muted] : .plain }

    fileprivate func text(_ text: String?, maximumBytes: Int, _ context: TableContext) -> Table.Item {
        let shown = text.map { SafeText(untrusted: $0, maximumBytes: maximumBytes) }
        return .text(shown ?? context.glyphs.missing, style: figures(context.theme))
    }

    fileprivate func figure(_ text: SafeText?, _ context: TableContext) -> Table.Item {
        .figure(text ?? context.glyphs.missing, style: figures(context.theme))
    }
}
