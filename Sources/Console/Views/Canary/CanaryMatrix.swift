import Roulette
import Settings
import TerminalUI

/// The routes between the servers of each cluster: a matrix if there is space for it, otherwise a list. `:canary` shows them.
enum CanaryMatrix: PromptText {
    static let title: SafeText = "Canary"

    static func version(_ data: DashboardData) -> Duration { data.now.uptime }

    /// The space between two columns.
    private static let gap = 2
    /// The minimum width of a column: a latency, or a failure with its duration.
    private static let minimumColumn = 10
    private static let maximumColumn = 16

    static func lines(_ data: DashboardData, width: Int) -> [StyledLine] {
        guard data.clusters.contains(where: { $0.canary != nil }) else { return advice(data, width: width) }
        var text = DetailText(width: width)
        text.note(
            "Messages of this console on every publisher connection (rows), expected on every subscriber connection (columns) of "
                + "the same cluster."
        )
        for cluster in data.clusters {
            text.blank()
            text.add([title(of: cluster, data)])
            guard let canary = cluster.canary else {
                text.note("This needs connections of both roles.")
                continue
            }
            if let refusal = canary.refusal {
                text.note("\(untrusted: refusal.message)", .severityWarn)
            } else if canary.routes.isEmpty {
                text.note("No message was published yet.")
            } else {
                text.add(rows(of: canary, width: width))
                if let uncovered = uncovered(cluster, canary) { text.note(uncovered, .severityWarn) }
            }
        }
        return text.lines
    }

    private static func advice(_ data: DashboardData, width: Int) -> [StyledLine] {
        var text = DetailText(width: width)
        text.note("No canary messages are published with this profile.", .text)
        text.blank()
        text.note(
            "They show servers that do not pass messages on to each other, which nothing else does. To publish one on every "
                + "connection each five seconds, set in the profile:"
        )
        text.blank()
        text.add([
            StyledLine("  [profiles.\(untrusted: data.deployment.name)]", .accent), StyledLine("  canary = \"5s\"", .accent),
        ])
        return text.lines
    }

    private static func title(of cluster: ClusterRow, _ data: DashboardData) -> StyledLine {
        var line = StyledLine(data.deployment.clusterName(cluster.id), .title)
        if let window = cluster.canary?.latency?.lastMinute {
            line.append("  end to end p50 \(SafeText.duration(window.p50)), p99 \(SafeText.duration(window.p99))", .muted)
        }
        return line
    }

    /// The servers of the cluster that no route leads to or from, because this console has no connections to them.
    private static func uncovered(_ cluster: ClusterRow, _ canary: CanaryStatus) -> SafeText? {
        let covered = Set(canary.routes.flatMap { [$0.route.from, $0.route.to] }.map(\.name))
        let missing = cluster.nodes.all.filter { $0.state != .gone && !covered.contains($0.label) }
        guard !missing.isEmpty else { return nil }
        let names = missing.prefix(4).map { SafeText(untrusted: $0.label, maximumBytes: 64) }.joined(separator: ", ")
        let rest: SafeText = missing.count > 4 ? " and \(missing.count - 4) more" : ""
        return "Not covered, without connections of this console: \(names)\(rest)."
    }

    private static func rows(of canary: CanaryStatus, width: Int) -> [StyledLine] {
        let senders = servers(canary.routes.map(\.route.from))
        let receivers = servers(canary.routes.map(\.route.to))
        let label = min(maximumColumn, senders.map { name(of: $0).width }.max() ?? 0)
        let column = min(maximumColumn, max(minimumColumn, receivers.map { name(of: $0).width }.max() ?? 0))
        guard 2 + label + receivers.count * (gap + column) <= width else { return list(canary) }
        let routes = Dictionary(canary.routes.map { ($0.route, $0) }, uniquingKeysWith: { first, _ in first })
        var header = StyledLine(SafeText(repeating: " ", count: 2 + label), .muted)
        for receiver in receivers { header.append(aligned(name(of: receiver), column), .muted) }
        return [header]
            + senders.map { sender in
                let name = name(of: sender).truncated(to: label)
                var line = StyledLine("  " + name + SafeText(repeating: " ", count: label - name.width), .text)
                for receiver in receivers {
                    let (text, role) = cell(routes[CanaryRoute(from: sender, to: receiver)])
                    line.append(aligned(text, column), role)
                }
                return line
            }
    }

    private static func list(_ canary: CanaryStatus) -> [StyledLine] {
        canary.routes.map { route in
            let (text, role) = cell(route)
            var line = StyledLine("  \(name(of: route.route.from)) to \(name(of: route.route.to))  ", .text)
            line.append(text, role)
            return line
        }
    }

    private static func cell(_ route: CanaryStatus.Route?) -> (SafeText, ThemeRole) {
        guard let route else { return ("-", .muted) }
        if let duration = route.failingFor {
            return ("lost \(SafeText.duration(.seconds(duration.components.seconds)))", .severityError)
        }
        return (route.latency.map { .duration($0) } ?? "-", .statusUp)
    }

    private static func aligned(_ text: SafeText, _ column: Int) -> SafeText {
        let text = text.truncated(to: column)
        return SafeText(repeating: " ", count: gap + column - text.width) + text
    }

    private static func name(of server: CanaryServer) -> SafeText { SafeText(untrusted: server.name, maximumBytes: 64) }

    private static func servers(_ servers: [CanaryServer]) -> [CanaryServer] {
        Set(servers).sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }
}
