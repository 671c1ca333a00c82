import Settings
import TerminalUI

/// The columns of the pooled connections.
enum ConnectionColumn: TableColumn {
    case mark, cluster, role, state, server, roundTripP50, roundTripP99, pings, unconfirmed, buffered, lost
    case messagesIn, messagesOut, bytesIn, bytesOut, subscriptions, encryption, lastError

    var definition: ColumnDefinition<Self> {
        switch self {
        case .mark:
            .init("", .fixed(1)) { row, context in
                .text(row.state.glyph(context.glyphs), style: context.theme[row.state.role])
            }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(minimum: Self.isWide($0) ? 7 : 5, importance: 98) }) { row, context in
                context.cluster(row.id.cluster)
            }
        case .role:
            .init("ROLE", width: { .fixed(Self.isWide($0) ? 12 : 6) }) { row, context in
                Self.isWide(context) ? .figure(row.label, row.shortLabel) : .figure(row.shortLabel)
            }
        case .state:
            .init("STATE", .flexible(minimum: 7, ideal: 16, importance: 97)) { row, context in
                .figure(row.stateForms, style: context.theme[row.state.role])
            }
        case .server:
            .init("SERVER", .flexible(minimum: 8, ideal: 14, importance: 75)) { row, context in
                let style = row.isMisled && row.isUp ? context.theme[.severityError] : row.figures(context.theme)
                return .text(row.serverName ?? context.glyphs.missing, style: style)
            }
        case .roundTripP50:
            .init("RTT p50", .fixed(7, importance: 62), .right) { row, context in
                row.figure(row.roundTrip?.lastMinute.map { .duration($0.p50) } ?? context.glyphs.missing, context)
            }
        case .roundTripP99:
            .init("p99", .fixed(7, importance: 44), .right) { row, context in
                row.figure(row.roundTrip?.lastMinute.map { .duration($0.p99) } ?? context.glyphs.missing, context)
            }
        case .pings:
            .init("PING", .fixed(4, importance: 58), .right) { row, context in
                row.figure(row.pings, context, warns: row.pingMisses > 0)
            }
        case .unconfirmed:
            .init("UNCONF", .fixed(6, importance: 66), .right) { row, context in
                row.figure(.count(row.unconfirmed), context)
            }
        case .buffered:
            .init("BUFFER", .fixed(7, importance: 60), .right) { row, context in
                row.figure(.bytes(row.bufferedBytes), context)
            }
        case .lost:
            .init("LOST", .fixed(5, importance: 64), .right) { row, context in
                .lost(row.lost, style: row.lost > 0 ? context.theme[.severityWarn] : row.figures(context.theme))
            }
        case .messagesIn:
            .init("IN", .fixed(5, importance: 42), .right) { row, context in row.figure(.count(row.messagesIn), context) }
        case .messagesOut:
            .init("OUT", .fixed(5, importance: 42), .right) { row, context in row.figure(.count(row.messagesOut), context) }
        case .bytesIn:
            .init("IN", .fixed(7, importance: 30), .right) { row, context in row.figure(.bytes(row.bytesIn), context) }
        case .bytesOut:
            .init("OUT", .fixed(7, importance: 30), .right) { row, context in row.figure(.bytes(row.bytesOut), context) }
        case .subscriptions:
            .init("SUBS", .fixed(4, importance: 40), .right) { row, context in
                .figure(SafeText(number: row.subscriptions), .count(row.subscriptions), style: row.figures(context.theme))
            }
        case .encryption:
            .init("TLS", .fixed(8, importance: 35)) { row, context in
                let isUnverified = row.tls.map { !$0.isVerified } ?? false
                let style = isUnverified ? context.theme[.severityWarn] : row.figures(context.theme)
                return .text(row.encryptionText, style: style)
            }
        case .lastError:
            .init("LAST ERROR", .fill(minimum: 16, importance: 50)) { row, context in
                .text(
                    row.lastError.map { "\(untrusted: $0.message)" } ?? .empty,
                    style: context.theme[row.isUp ? .muted : .severityError]
                )
            }
        }
    }

    typealias Row = ConnectionRow
    typealias Context = TableContext

    /// Returns whether the table is wide enough for full words.
    private static func isWide(_ context: TableContext) -> Bool { context.width >= 64 }
}

extension ConnectionRow {
    /// Returns the style of the figures. Those of a connection that is down are old, so they are muted.
    fileprivate func figures(_ theme: Theme) -> Style { snapshot.isUp ? .plain : theme[.muted] }

    fileprivate func figure(_ text: SafeText, _ context: TableContext, warns: Bool = false) -> Table.Item {
        .figure(text, style: warns ? context.theme[.severityWarn] : figures(context.theme))
    }
}
