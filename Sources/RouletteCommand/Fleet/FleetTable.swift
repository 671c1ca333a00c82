import CommandSupport
import ConsistentHashing
import Operations
import Roulette
import TerminalUI
import TextCoding

/// The programs of a deployment as text and as JSON.
struct FleetTable {
    private let fleet: Fleet
    /// The clusters in ring order.
    private let clusters: [String]

    init(_ fleet: Fleet, clusters: [String]) {
        self.fleet = fleet
        self.clusters = clusters
    }

    /// A line for each program in columns, and a line for each contradiction below it.
    var rows: [SafeText] {
        let header: [SafeText] = ["PROGRAM", "HOST", "CLUSTERS", "RING", "ROLE", "LIBRARY", "CONNS", "SUBS", "IN", "OUT"]
        let cells = [header] + fleet.programs.map(columns)
        let widths = header.indices.map { column in cells.map { $0[column].width }.max() ?? 0 }
        let lines = cells.map { cells in
            zip(cells, widths).enumerated().map { index, cell in
                index == header.count - 1 ? cell.0 : cell.0 + SafeText(repeating: " ", count: cell.1 - cell.0.width)
            }.joined(separator: "  ")
        }
        let problems: [[SafeText]] =
            [[]]
            + fleet.programs.map { program in
                program.contradictions.map { "  WARNING: \(untrusted: $0.text(clusters: clusters))" }
            }
        return zip(lines, problems).flatMap { [$0] + $1 }
    }

    private func columns(of program: FleetProgram) -> [SafeText] {
        [
            program.id.name.isEmpty ? "(no name)" : SafeText(untrusted: program.id.name, maximumBytes: 64),
            SafeText(untrusted: program.id.host, maximumBytes: 64),
            "\(program.connections.count) of \(clusters.count)",
            ring(of: program),
            program.roles.isEmpty
                ? "-" : program.roles.map(\.rawValue).sorted().map { SafeText(untrusted: $0) }.joined(separator: "+"),
            SafeText(untrusted: "\(program.language) \(program.version)", maximumBytes: 64),
            "\(program.connections.values.reduce(0, +))",
            "\(program.subscriptions)",
            .count(program.traffic.messagesIn),
            .count(program.traffic.messagesOut),
        ]
    }

    private func ring(of program: FleetProgram) -> SafeText {
        guard program.isRingKnown else { return "unknown" }
        return program.contradictions.isEmpty ? "ours" : "another"
    }

    /// An object for each program.
    var objects: [JSONObject] {
        fleet.programs.map { program in
            [
                "program": .string(program.id.name),
                "host": .string(program.id.host),
                "ring": .string(program.isRingKnown ? (program.contradictions.isEmpty ? "same" : "other") : "unknown"),
                "contradictions": .array(program.contradictions.map { .string($0.text(clusters: clusters)) }),
                "clusters": .array(
                    program.connections.sorted { $0.key < $1.key }.map { cluster, count in
                        .object([
                            "cluster": .string(clusters[cluster]),
                            "connections": .number(count),
                            "claims": .array((program.claims[cluster] ?? []).map { .string($0.description) }),
                        ])
                    }
                ),
                "roles": .array(program.roles.map(\.rawValue).sorted().map { .string($0) }),
                "language": .string(program.language),
                "version": .string(program.version),
                "subscriptions": .number(program.subscriptions),
                "messages_in": .number(Int(clamping: program.traffic.messagesIn)),
                "messages_out": .number(Int(clamping: program.traffic.messagesOut)),
                "bytes_in": .number(Int(clamping: program.traffic.bytesIn)),
                "bytes_out": .number(Int(clamping: program.traffic.bytesOut)),
            ]
        }
    }
}
