import Roulette
import TerminalUI

/// A snapshot as text: a line for each cluster, and its connections in columns below it.
struct StatusTable {
    let rows: [SafeText]

    /// - Parameter servers: The problems of the servers of each cluster; nil where they are not known.
    init(_ snapshot: RouletteSnapshot, servers: [ServerCheck.Problems?]) {
        let clusters = snapshot.clusters.map { cluster in
            (
                title: Self.title(cluster),
                connections: cluster.connections.map { Self.columns(of: $0) }
            )
        }
        let widths = Self.widths(clusters.map(\.title))
        let inner = Self.widths(clusters.flatMap(\.connections))
        rows =
            clusters.flatMap { cluster in
                [Self.row(cluster.title, widths)] + cluster.connections.map { "  " + Self.row($0, inner) }
            } + Self.warnings(snapshot, servers)
    }

    private static func warnings(_ snapshot: RouletteSnapshot, _ servers: [ServerCheck.Problems?]) -> [SafeText] {
        let gone = snapshot.clusters.flatMap { cluster in
            cluster.nodes.all.filter { $0.state == .gone }.map { node in
                "\(node.label) of \(cluster.cluster.name) is gone for \(SafeText.duration(node.stateDuration).plain)"
            }
        }
        let monitored = zip(snapshot.clusters, servers).flatMap { cluster, problems in
            guard let problems else { return [String]() }
            let name = cluster.cluster.name
            return problems.silent.map { "\($0) of \(name) does not answer, but its cluster knows it" }
                + problems.missingRoutes.map { "no route between \($0.one) and \($0.other) of \(name)" }
        }
        let timeouts = snapshot.clusters.compactMap { cluster in
            cluster.idleTimeout.map { "\(cluster.cluster.name): \($0)" }
        }
        let canary = snapshot.clusters.flatMap { cluster in
            cluster.canary.map { Self.problems($0).map { problem in "\(cluster.cluster.name): \(problem)" } } ?? []
        }
        let warnings = snapshot.identityAlarms.map(\.description) + gone + monitored + timeouts + canary
        return warnings.map { "WARNING: \(untrusted: $0)" }
    }

    private static func problems(_ canary: CanaryStatus) -> [String] {
        if let refusal = canary.refusal { return ["no canary: \(refusal.message)"] }
        guard canary.completeRounds > 0 else {
            return ["no canary message was published; no connection was up long enough"]
        }
        return canary.failures.map { failure in
            "published on \(failure.route.from.name), not received on \(failure.route.to.name)"
        }
    }

    private static func title(_ cluster: ClusterSnapshot) -> [SafeText] {
        let up = cluster.connections.count { $0.connection.isUp }
        return [
            "\(untrusted: cluster.cluster.name)",
            "\(untrusted: cluster.cluster.address)",
            "\(untrusted: cluster.state.rawValue)",
            "\(up) of \(cluster.connections.count) connections" + nodes(cluster.nodes) + canary(cluster.canary),
        ]
    }

    /// The servers, if any is known.
    private static func nodes(_ nodes: ClusterNodes) -> SafeText {
        guard nodes.total > 0 else { return "" }
        return ", \(nodes.total - nodes.gone) of \(nodes.total) nodes"
    }

    /// The number of pairs of servers that canary messages went through.
    private static func canary(_ canary: CanaryStatus?) -> SafeText {
        guard let canary, canary.completeRounds > 0 else { return "" }
        let received = canary.routes.count - canary.failures.count
        let time: SafeText = canary.latency?.lastMinute.map { ", \(SafeText.duration($0.p50)) end to end" } ?? ""
        return ", canary received on \(received) of \(canary.routes.count) routes\(time)"
    }

    private static func columns(of connection: ClusterSnapshot.Connection) -> [SafeText] {
        let state = connection.connection
        return [
            "\(untrusted: connection.role.rawValue) \(connection.slot)",
            "\(untrusted: state.state.name)",
            state.roundTrip?.last.map { SafeText.duration($0) } ?? "-",
            // While the connection is down, its error matters more than its last server.
            state.isUp ? server(state.server) : reason(state),
        ]
    }

    private static func server(_ server: ServerIdentity?) -> SafeText {
        guard let server else { return "-" }
        // The name of an unnamed server is its id.
        let name: SafeText = "\(untrusted: server.name)"
        return server.name == server.id ? name : name + " \(untrusted: server.id)"
    }

    private static func reason(_ state: ConnectionSnapshot) -> SafeText {
        let attempt: SafeText = state.attempt > 1 ? "attempt \(state.attempt): " : ""
        return attempt + (state.lastError.map { "\(untrusted: $0.message)" } ?? "no answer yet")
    }

    private static func widths(_ rows: [[SafeText]]) -> [Int] {
        guard let columns = rows.first?.count else { return [] }
        return (0..<columns).map { column in rows.map { $0[column].width }.max() ?? 0 }
    }

    private static func row(_ cells: [SafeText], _ widths: [Int]) -> SafeText {
        // The last column is not padded.
        zip(cells, widths).enumerated().map { index, cell in
            let padding = index == cells.count - 1 ? 0 : cell.1 - cell.0.width
            return cell.0 + SafeText(repeating: " ", count: padding)
        }.joined(separator: "  ")
    }
}
