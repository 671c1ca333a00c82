import Settings
import TerminalUI

// Problems behind the load balancer, which the state of the connections does not show.

extension ClusterRow {
    /// Whether messages can be sent, but something behind the load balancer is wrong.
    private var hasHiddenProblem: Bool {
        isReachable && (!alarms.isEmpty || losesMessages || idleTimeout != nil)
            || state == .up && (nodes.gone > 0 || !silent.isEmpty || !missingRoutes.isEmpty)
    }

    /// How urgent the problem is, to order many clusters; 0 without one.
    var urgency: Int {
        if state == .down || !alarms.isEmpty { return 5 }
        return hasHiddenProblem ? 4 : state.gravity
    }

    func glyph(_ glyphs: GlyphSet) -> SafeText {
        guard hasHiddenProblem else { return state.glyph(glyphs) }
        return alarms.isEmpty && !losesMessages ? glyphs.half : "!"
    }

    var role: ThemeRole { hasHiddenProblem ? .severityError : state.role }

    /// What is wrong and where to look; nil if nothing is wrong.
    var reason: StyledLine? {
        let problems = [misleading, undelivered, gone, unanswering, unrouted, flapping].compactMap(\.self).map {
            StyledLine.Span(text: $0, role: .severityError)
        }
        let state = downReason.map { [StyledLine.Span(text: $0, role: .muted)] } ?? []
        let reasons = isReachable ? problems + state : state + problems
        guard !reasons.isEmpty else { return nil }
        let separator = StyledLine.Span(text: "; ", role: .muted)
        return StyledLine(Array(reasons.map { [$0] }.joined(separator: [separator])))
    }

    /// The cluster that the load balancer leads to, if it is the wrong one.
    var misleading: SafeText? {
        guard let alarm = alarms.first else { return nil }
        let problem: SafeText =
            if alarm.kind == .mixedClusters {
                "\(alarm.connections) of \(connections.count) connections lead to the cluster \(untrusted: alarm.reported)"
            } else {
                "leads to the cluster of \(untrusted: alarm.other?.name ?? alarm.reported)"
            }
        return "\(problem); check the load balancer \(untrusted: address)"
    }

    /// Whether canary messages are not received.
    var losesMessages: Bool { canary?.failures.isEmpty == false }

    /// The servers between which canary messages are lost, and for how long.
    var undelivered: SafeText? {
        guard let failures = canary?.failures.sorted(by: { $0.failingFor ?? .zero > $1.failingFor ?? .zero }),
            let first = failures.first, let duration = first.failingFor
        else { return nil }
        let (from, to) = (
            SafeText(untrusted: first.route.from.name, maximumBytes: 64),
            SafeText(untrusted: first.route.to.name, maximumBytes: 64)
        )
        let rest: SafeText =
            failures.count > 2 ? " and \(failures.count - 1) more pairs" : failures.count == 2 ? " and 1 more pair" : ""
        return "published on \(from), not received on \(to) for "
            + "\(SafeText.duration(.seconds(duration.components.seconds)))\(rest)"
    }

    /// Why connections are lost again and again.
    var flapping: SafeText? {
        guard let idleTimeout else { return nil }
        return "\(untrusted: idleTimeout.description), \(lossesInLastHour) losses in the last hour"
    }

    /// The servers that are gone, and for how long.
    var gone: SafeText? {
        let gone = nodes.all.filter { $0.state == .gone }.sorted { $0.stateDuration > $1.stateDuration }
        guard let first = gone.first else { return nil }
        let names = Self.list(gone.map { SafeText(untrusted: $0.label, maximumBytes: 64) })
        return "gone \(SafeText.wholeSeconds(first.stateDuration)): \(names)"
    }

    /// The servers that do not answer.
    var unanswering: SafeText? {
        guard !silent.isEmpty else { return nil }
        return "no answer from \(Self.list(silent.map { SafeText(untrusted: $0.name, maximumBytes: 64) }))"
    }

    /// The servers that lack routes.
    var unrouted: SafeText? {
        guard !missingRoutes.isEmpty else { return nil }
        return "no route between \(Self.list(missingRoutes.map { SafeText($0) }))"
    }

    private static func list(_ names: [SafeText]) -> SafeText {
        let rest: SafeText = names.count > 3 ? " and \(names.count - 3) more" : ""
        return names.prefix(3).joined(separator: ", ") + rest
    }

    /// The number of servers that are there, or "?" without a connection to the cluster, and the number of all.
    var nodesText: SafeText {
        guard nodes.total > 0 else { return "–" }
        let isSeen = nodes.all.contains { $0.state == .present }
        return isSeen ? "\(max(0, nodes.total - nodes.gone - silent.count))/\(nodes.total)" : "?/\(nodes.total)"
    }
}
