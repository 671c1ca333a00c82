import Settings
import TerminalUI

/// The columns of the incidents in the Overview.
enum IncidentColumn: TableColumn {
    case time, mark, state, cluster, text

    var definition: ColumnDefinition<Self> {
        switch self {
        case .time:
            .init("TIME", .fixed(8, importance: 60)) { row, context in
                .figure(
                    .clock(epochSeconds: row.began.epochSeconds, offset: context.data.now.utcOffset),
                    style: context.theme[.muted]
                )
            }
        case .mark:
            .init("", .fixed(1, importance: 90)) { row, context in
                .text(row.mark(context.glyphs), style: context.theme[row.role])
            }
        case .state:
            .init("", .fixed(5, importance: 80)) { row, context in
                .figure(row.stateText(at: context.data.now.uptime), style: context.theme[row.isOpen ? row.role : .muted])
            }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(minimum: 5, importance: 70) }) { row, context in
                row.cluster.map(context.cluster) ?? .blank
            }
        case .text:
            .init("INCIDENT", .fill(minimum: 12)) { row, context in
                Table.Item(.choice(IncidentText(row, at: context.data.now.uptime).forms))
            }
        }
    }

    typealias Row = Incident
    typealias Context = TableContext
}

extension Incident {
    fileprivate func mark(_ glyphs: GlyphSet) -> SafeText {
        if case .note = subject { return "!" }
        return isOpen ? glyphs.half : glyphs.check
    }

    var role: ThemeRole {
        if case .note = subject { return severity.role }
        return isOpen ? .severityError : .statusUp
    }
}
