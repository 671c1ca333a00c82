import TerminalUI

extension ClusterRow {
    /// The state with its age or with the progress of reconnecting.
    var stateText: SafeText { stateForms[0] }

    /// The state with its age or with the progress of reconnecting, followed by shorter forms. The wrong cluster is worse than
    /// any state in which messages are sent.
    var stateForms: [SafeText] {
        if isReachable, !alarms.isEmpty { return ["wrong cluster", "wrong"] }
        if isReachable, losesMessages { return ["loses messages", "losing"] }
        if isReachable, idleTimeout != nil { return ["flapping"] }
        return switch state {
        case .up where nodes.gone == 1: ["up, 1 node gone", "1 node gone", "1 gone"]
        case .up where nodes.gone > 0: ["up, \(nodes.gone) nodes gone", "\(nodes.gone) nodes gone", "\(nodes.gone) gone"]
        case .up where silent.count == 1: ["up, 1 node silent", "1 node silent", "1 silent"]
        case .up where !silent.isEmpty: ["up, \(silent.count) nodes silent", "\(silent.count) nodes silent", "silent"]
        case .up where missingRoutes.count == 1: ["up, 1 route missing", "route missing", "no route"]
        case .up where !missingRoutes.isEmpty: ["up, \(missingRoutes.count) routes missing", "routes missing", "no route"]
        case .up: ["up \(age)", "up"]
        case .degraded: ["degraded"]
        // The connections still count as up, so their age is not the duration of the silence. The reason shows the missed pings.
        case .stale: ["stale"]
        case .connecting: ["connecting"]
        case .down where attempt > 0: ["down \(age), try \(attempt)", "down \(age)", "down"]
        case .down: ["down \(age)", "down"]
        }
    }

    /// The age in whole seconds. Fractions would leave no space for the number of attempts.
    private var age: SafeText { .wholeSeconds(stateDuration) }

    /// The reason why the cluster is not up; nil if it is up.
    var downReason: SafeText? {
        switch state {
        case .up: return nil
        case .connecting: return "connecting to \(untrusted: address)"
        case .stale: return unanswered
        case .degraded where isWhole: return unanswered
        case .degraded: return limited ?? "\(missing)\(cause)"
        case .down:
            // The cause comes first, because narrow screens cut the end.
            let cause: SafeText = lastError.map { "\(untrusted: $0)" } ?? "no connection"
            guard let nextAttempt else { return cause }
            return nextAttempt > .zero ? "\(cause) (next try in \(SafeText.countdown(nextAttempt)))" : "\(cause) (trying now)"
        }
    }

    private var isWhole: Bool { publishers.up == publishers.total && subscribers.up == subscribers.total }

    private var unanswered: SafeText { "no answer to \(pingMisses) of \(maxPingFailure) pings" }

    private var cause: SafeText { lastError.map { ": \(untrusted: $0)" } ?? "" }

    /// What to do if the server or the account accepts fewer connections than the profile opens. With one connection of each
    /// role, a smaller pool is not possible, and the error has other advice.
    private var limited: SafeText? {
        let (allowed, all) = (publishers.up + subscribers.up, publishers.total + subscribers.total)
        guard let connectionLimit, max(publishers.total, subscribers.total) > 1 else { return nil }
        let subject: SafeText = connectionLimit == .account ? "the account" : "the server"
        return "\(subject) allows \(allowed): use a smaller pool_size; this profile opens \(all) per cluster"
    }

    private var missing: SafeText {
        var parts: [SafeText] = []
        if publishers.up < publishers.total {
            parts.append("\(publishers.total - publishers.up) of \(publishers.total) publishers")
        }
        if subscribers.up < subscribers.total {
            parts.append("\(subscribers.total - subscribers.up) of \(subscribers.total) subscribers")
        }
        return "\(parts.joined(separator: ", ")) reconnecting"
    }
}

extension SafeText {
    /// Returns a time without fractions of a second.
    static func wholeSeconds(_ time: Duration) -> SafeText {
        let seconds = time.components.seconds
        return seconds < 1 ? "0 s" : seconds < 10 ? "\(seconds) s" : .duration(.seconds(seconds))
    }
}

extension ClusterRow.Pool {
    /// The number of connections that are up, and the total.
    var text: SafeText { total == 0 ? "–" : "\(up)/\(total)" }
}
