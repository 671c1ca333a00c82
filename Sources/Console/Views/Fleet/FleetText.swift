import Operations
import Settings
import TerminalUI

/// The programs of the deployment as lines: why topics are misrouted, a sum, and a row for each program. `:fleet` shows them.
enum FleetText: PromptText {
    /// The reading, and why topics are misrouted.
    struct Version: Sendable, Equatable {
        let readAt: Duration?
        let misrouting: SafeText?
    }

    static let title: SafeText = "Fleet"

    static func version(_ data: DashboardData) -> Version {
        Version(readAt: data.fleet.readAt, misrouting: data.fleet.text(data.deployment))
    }

    /// The columns; those that do not fit are left out from the right.
    private static let headings: [SafeText] = [
        "PROGRAM", "RING", "CLUSTERS", "CONNS", "IN/s", "OUT/s", "SUBS", "HOST", "ROLE", "LIBRARY",
    ]
    /// The maximum width of a cell.
    private static let maximumCell = 28

    static func lines(_ data: DashboardData, width: Int) -> [StyledLine] { lines(data, width: width, programs: .max) }

    /// - Parameter programs: The number of programs for which there is space.
    static func lines(_ data: DashboardData, width: Int, programs: Int) -> [StyledLine] {
        var text = DetailText(width: width)
        if let misrouting = data.fleet.text(data.deployment) { text.note(misrouting, .severityError) }
        guard let fleet = data.fleet.fleet else {
            text.note(waiting(data))
            return text.lines
        }
        text.note(sum(fleet))
        for problem in data.fleet.reading?.problems ?? [] { text.note("\(untrusted: problem)", .severityWarn) }
        if fleet.isIncomplete { text.note("Some servers did not list all of their connections.", .severityWarn) }
        text.add(table(fleet.programs.prefix(programs), data, width: width))
        return text.lines
    }

    private static func waiting(_ data: DashboardData) -> SafeText {
        data.servers.hasSources
            ? "Reading the connections of all servers…"
            : "The programs are not known: set monitor or system_credentials in the profile, so that the servers can be asked."
    }

    private static func sum(_ fleet: Fleet) -> SafeText {
        let other = fleet.programs.count { !$0.contradictions.isEmpty }
        let unknown = fleet.programs.count { !$0.isRingKnown && $0.contradictions.isEmpty }
        let programs = SafeText.counted(fleet.programs.count, "program")
        return "\(programs): \(fleet.programs.count - other - unknown) with this ring, \(other) with another, \(unknown) unknown"
    }

    private static func table(_ programs: some Collection<FleetProgram>, _ data: DashboardData, width: Int) -> [StyledLine] {
        let rows = programs.map { cells(of: $0, data) }
        let widths = headings.indices.map { column in
            min(maximumCell, ([headings[column]] + rows.map { $0[column] }).map(\.width).max() ?? 0)
        }
        var used = 0
        let columns = headings.indices.prefix { column in
            used += widths[column] + (column == 0 ? 0 : 2)
            return used <= width || column == 0
        }
        func line(_ cells: [SafeText], _ role: ThemeRole) -> StyledLine {
            let parts = columns.map { column in
                let cell = cells[column].truncated(to: widths[column])
                return cell + SafeText(repeating: " ", count: widths[column] - cell.width)
            }
            return StyledLine(parts.joined(separator: "  "), role)
        }
        var lines = [line(headings, .muted)]
        for (program, cells) in zip(programs, rows) {
            lines.append(line(cells, program.contradictions.isEmpty ? .text : .severityError))
            var reasons = DetailText(width: max(2, width - 2))
            for contradiction in program.contradictions {
                reasons.note(
                    SafeText(untrusted: contradiction.text(clusters: data.deployment.clusterNames), maximumBytes: 512),
                    .severityError
                )
            }
            lines += reasons.lines.map { StyledLine([StyledLine.Span(text: "  ", role: .text)] + $0.spans) }
        }
        return lines
    }

    private static func cells(of program: FleetProgram, _ data: DashboardData) -> [SafeText] {
        let rates = data.fleet.rates[program.id]
        return [
            program.id.name.isEmpty ? "(no name)" : SafeText(untrusted: program.id.name, maximumBytes: 64),
            !program.isRingKnown ? "unknown" : program.contradictions.isEmpty ? "ours" : "another",
            "\(program.connections.count)/\(data.clusters.count)",
            .count(program.connections.values.reduce(0, +)),
            rates.map { .count($0.messagesIn) } ?? "–",
            rates.map { .count($0.messagesOut) } ?? "–",
            .count(program.subscriptions),
            SafeText(untrusted: program.id.host, maximumBytes: 64),
            program.roles.isEmpty
                ? "–" : program.roles.map(\.rawValue).sorted().map { SafeText(untrusted: $0) }.joined(separator: "+"),
            SafeText(untrusted: "\(program.language) \(program.version)", maximumBytes: 64),
        ]
    }
}
