import TerminalUI

extension ClusterRow {
    /// The state with its age, or with how the reconnecting goes.
    var stateText: SafeText { stateForms[0] }

    /// The state with its age, or with how the reconnecting goes; then shorter, to the bare state.
    var stateForms: [SafeText] {
        switch state {
        case .up: ["up \(age)", "up"]
        case .degraded: ["degraded"]
        // Its connections count as up still, so their age says nothing about the silence; the reason does.
        case .stale: ["stale"]
        case .connecting: ["connecting"]
        case .down where attempt > 0: ["down \(age), try \(attempt)", "down \(age)", "down"]
        case .down: ["down \(age)", "down"]
        }
    }

    /// Whole seconds: fractions would say nothing, and push the number of tries out of the column.
    private var age: SafeText {
        let seconds = stateDuration.components.seconds
        return seconds < 1 ? "0 s" : seconds < 10 ? "\(seconds) s" : .duration(.seconds(seconds))
    }

    /// Why it is not up; nil if it is.
    var reason: SafeText? {
        switch state {
        case .up: return nil
        case .connecting: return "connecting to \(untrusted: address)"
        case .stale: return unanswered
        case .degraded where isWhole: return unanswered
        case .degraded: return "\(missing)\(cause)"
        case .down:
            // The cause may be long: what changes comes first.
            let next: SafeText = nextAttempt.map { $0 > .zero ? "next try in \(SafeText.countdown($0)): " : "trying now: " } ?? ""
            return next + (lastError.map { "\(untrusted: $0)" } ?? "no connection")
        }
    }

    private var isWhole: Bool { publishers.up == publishers.total && subscribers.up == subscribers.total }

    private var unanswered: SafeText { "no answer to \(pingMisses) of \(maxPingFailure) pings" }

    private var cause: SafeText { lastError.map { ": \(untrusted: $0)" } ?? "" }

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

extension ClusterRow.Pool {
    /// Connections up of all.
    var text: SafeText { total == 0 ? "–" : "\(up)/\(total)" }
}
