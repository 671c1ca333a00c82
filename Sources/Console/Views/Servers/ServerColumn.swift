import NATSMonitoring
import Settings
import TerminalUI

/// The columns of the servers.
enum ServerColumn: TableColumn {
    case mark, cluster, state, server, ownConnections, version, uptime, cpu, memory, connections, subscriptions, slowConsumers
    case messagesIn, messagesOut, bytesIn, bytesOut

    var definition: ColumnDefinition<Self> {
        switch self {
        case .mark:
            .init("", .fixed(1)) { row, context in
                .text(row.glyph(context.glyphs), style: context.theme[row.role])
            }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(minimum: $0.width < 34 ? 5 : 7) }) { row, context in
                context.cluster(row.cluster)
            }
        case .state:
            .init("STATE", width: stateWidth) { row, context in
                .figure(row.stateForms, style: context.theme[row.role])
            }
        case .server:
            .init("SERVER", width: serverWidth) { row, context in
                guard row.hasName, let name = row.name else { return row.address(context) }
                return row.text(name, maximumBytes: 128, context)
            }
        case .ownConnections:
            .init("OURS", .fixed(4, importance: 85), .right) { row, context in
                row.figure(row.ownConnections.map { .count($0) }, context)
            }
        case .version:
            .init("VERSION", .fixed(8, importance: 55)) { row, context in
                row.text(row.monitored?.status?.version, maximumBytes: 64, context)
            }
        case .uptime:
            .init("UPTIME", .fixed(9, importance: 50)) { row, context in
                .figure(ServerTime.forms(row.monitored?.status?.uptime ?? "", context.glyphs), style: row.figures(context.theme))
            }
        case .cpu:
            .init("CPU", .fixed(5, importance: 70), .right) { row, context in
                row.figure(row.monitored?.status.map { .percent($0.cpu / 100) }, context)
            }
        case .memory:
            .init("MEM", .fixed(7, importance: 68), .right) { row, context in
                row.figure(row.monitored?.status.map { .bytes($0.memory) }, context)
            }
        case .connections:
            .init("CONNS", .fixed(5, importance: 75), .right) { row, context in
                row.figure(row.monitored?.status.map { .count($0.connections) }, context)
            }
        case .subscriptions:
            .init("SUBS", .fixed(5, importance: 40), .right) { row, context in
                row.figure(row.monitored?.status.map { .count($0.subscriptions) }, context)
            }
        case .slowConsumers:
            .init("SLOW", .fixed(4, importance: 72), .right) { row, context in
                let isAny = (row.monitored?.status?.slowConsumers ?? 0) > 0
                return .figure(
                    row.monitored?.status.map { .count($0.slowConsumers) } ?? context.glyphs.missing,
                    style: isAny ? context.theme[.severityWarn] : row.figures(context.theme)
                )
            }
        case .messagesIn:
            .init("IN/s", .fixed(5, importance: 80), .right) { row, context in
                row.figure(row.monitored?.rates.map { .count($0.messagesIn) }, context)
            }
        case .messagesOut:
            .init("OUT/s", .fixed(5, importance: 79), .right) { row, context in
                row.figure(row.monitored?.rates.map { .count($0.messagesOut) }, context)
            }
        case .bytesIn:
            .init("IN B/s", .fixed(7, importance: 62), .right) { row, context in
                row.figure(row.monitored?.rates.map { .bytes($0.bytesIn) }, context)
            }
        case .bytesOut:
            .init("OUT B/s", .fixed(7, importance: 61), .right) { row, context in
                row.figure(row.monitored?.rates.map { .bytes($0.bytesOut) }, context)
            }
        }
    }

    typealias Row = NodeRow
    typealias Context = TableContext
}

extension ServerColumn {
    /// The name is the most important if there are several servers of a cluster.
    private func serverWidth(_ context: TableContext) -> Constraint {
        guard ServersView.isGrouped(context.data) else { return .flexible(minimum: 6, ideal: 16, importance: 45) }
        return .flexible(minimum: context.width < 34 ? 7 : context.width < 60 ? 10 : 15, ideal: 21)
    }

    private func stateWidth(_ context: TableContext) -> Constraint {
        guard ServersView.isGrouped(context.data) else { return .fixed(9, importance: 98) }
        return .flexible(minimum: context.width < 34 ? 6 : 9, ideal: 12, importance: 98)
    }

    /// Returns the columns for servers below a row of their cluster, or for one server of each cluster.
    static func listed(grouped: Bool) -> [ServerColumn] {
        guard grouped else { return allCases.filter { $0 != .ownConnections } }
        return [.mark, .server, .state] + allCases.drop { $0 != .ownConnections }
    }
}

extension NodeRow {
    /// Returns the style of the figures. Those of a server that does not answer are old, so they are muted.
    fileprivate func figures(_ theme: Theme) -> Style { monitored?.state == .unreachable ? theme[.muted] : .plain }

    /// Returns the address of a server without a name, without the port in a narrow column. On the smallest screen only the end
    /// of the host is left, which distinguishes servers of a network, so that the state has space.
    fileprivate func address(_ context: TableContext) -> Table.Item {
        guard let address = name else { return .text(context.glyphs.missing, style: figures(context.theme)) }
        let host = address.lastIndex(of: ":").map { String(address[..<$0]) } ?? address
        var forms = [address, host].map { SafeText(untrusted: $0, maximumBytes: 128) }
        if context.width < 34 {
            forms.append((context.glyphs.showsUnicode ? "…" : "~") + SafeText(untrusted: String(host.suffix(6))))
        }
        return .figure(forms, style: figures(context.theme))
    }

    fileprivate func text(_ text: String?, maximumBytes: Int, _ context: TableContext) -> Table.Item {
        let shown = text.map { SafeText(untrusted: $0, maximumBytes: maximumBytes) }
        return .text(shown ?? context.glyphs.missing, style: figures(context.theme))
    }

    fileprivate func figure(_ text: SafeText?, _ context: TableContext) -> Table.Item {
        .figure(text ?? context.glyphs.missing, style: figures(context.theme))
    }
}
