import Roulette
import RouletteNATS
import Settings
import TerminalUI

// A state is always shown with a glyph and a word, so that it does not depend on color.

extension ConnectionSnapshot.State {
    func glyph(_ glyphs: GlyphSet) -> SafeText {
        switch self {
        case .connected: glyphs.full
        case .stale: glyphs.showsUnicode ? "◌" : "~"
        case .connecting, .handshaking: glyphs.showsUnicode ? "…" : "."
        case .idle, .reconnecting, .closed: glyphs.hollow
        }
    }

    var word: SafeText {
        switch self {
        case .idle: "idle"
        case .connecting: "connecting"
        case .handshaking: "handshake"
        case .connected: "up"
        case .stale: "stale"
        case .reconnecting: "down"
        case .closed: "closed"
        }
    }

    var role: ThemeRole {
        switch self {
        case .connected: .statusUp
        case .stale: .statusStale
        case .connecting, .handshaking: .statusConnecting
        case .idle, .closed: .muted
        case .reconnecting: .statusDown
        }
    }
}

extension ConnectionRow.ID {
    /// The name of the connection in its cluster: `publisher 3`.
    var label: SafeText { role == .publisher ? "publisher \(slot)" : "subscriber \(slot)" }
}

extension ConnectionRow {
    /// The name of the connection in its cluster: `publisher 3`.
    var label: SafeText { id.label }

    /// The short name of the connection: `pub 3`.
    var shortLabel: SafeText { id.role == .publisher ? "pub \(id.slot)" : "sub \(id.slot)" }

    /// The state with its age or with the progress of reconnecting.
    var stateText: SafeText { stateForms[0] }

    /// The state with its age or with the progress of reconnecting, followed by shorter forms.
    var stateForms: [SafeText] {
        let word = snapshot.state.word
        switch snapshot.state {
        case .connected: return ["up \(age)", word]
        case .stale: return ["stale, ping \(pings)", word]
        case .reconnecting:
            guard let next = snapshot.nextAttempt else { return ["down \(age)", word] }
            let attempt: SafeText = "try \(snapshot.attempt + 1)"
            return ["\(attempt) in \(SafeText.countdown(next))", attempt, word]
        case .connecting, .handshaking: return snapshot.attempt > 0 ? ["\(word), try \(snapshot.attempt)", word] : [word]
        case .idle, .closed: return [word]
        }
    }

    /// The time since the connection came up or was lost.
    var age: SafeText { .duration(.seconds(snapshot.stateDuration.components.seconds)) }

    /// The number of consecutive unanswered PINGs, and the number after which the connection counts as lost.
    var pings: SafeText { "\(snapshot.pingMisses)/\(snapshot.maxPingFailure)" }

    /// The encryption in short form. "!" marks a certificate that is not verified.
    var encryptionText: SafeText {
        guard let encryption = snapshot.tls else { return snapshot.isUp ? "plain" : "–" }
        return "\(untrusted: encryption.version)\(encryption.isVerified ? "" : "!")"
    }

    /// The name of the server behind the load balancer.
    var serverName: SafeText? { snapshot.server.map { SafeText(untrusted: $0.name, maximumBytes: 128) } }
}

extension SafeText {
    /// Returns the time until the next attempt. A short time is in tenths of a second.
    static func countdown(_ time: Duration) -> SafeText {
        let tenths = Int((time.inSeconds * 10).rounded())
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) s" : .duration(time)
    }
}
