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
                    .clock(epochSeconds: row.incident.began.epochSeconds, offset: context.data.now.utcOffset),
                    style: context.theme[.muted]
                )
            }
        case .mark:
            .init("", .fixed(1, importance: 90)) { row, context in
                .text(row.incident.mark(context.glyphs), style: context.theme[row.incident.role])
            }
        case .state:
            .init("", .fixed(5, importance: 80)) { row, context in
                let incident = row.incident
                return .figure(
                    incident.stateText(at: context.data.now.uptime),
                    style: context.theme[incident.isOpen ? incident.role : .muted]
                )
            }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(minimum: 5, importance: 70) }) { row, context in
                row.incident.cluster.map(context.cluster) ?? .blank
            }
        case .text:
            .init("INCIDENT", .fill(minimum: 12)) { row, _ in Table.Item(.choice(row.forms)) }
        }
    }

    typealias Context = TableContext

    struct Row {
        let incident: Incident
        /// The text, followed by shorter forms.
        let forms: [SafeText]
    }
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
