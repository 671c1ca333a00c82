import NATS
import Roulette
import Settings
import TerminalUI

// A state is always a glyph and a word; color only adds to them.

extension ConnectionSnapshot.State {
    /// The glyph of the state.
    func glyph(_ glyphs: GlyphSet) -> SafeText {
        switch self {
        case .connected: glyphs.full
        case .stale: glyphs.showsUnicode ? "◌" : "~"
        case .connecting, .handshaking: glyphs.showsUnicode ? "…" : "."
        case .idle, .reconnecting, .closed: glyphs.hollow
        }
    }

    /// The state in a word.
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

    /// The theme's role of the state.
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

extension ConnectionRow {
    /// Its name among the connections of its cluster: `publisher 3`.
    var label: SafeText { id.role == .publisher ? "publisher \(id.slot)" : "subscriber \(id.slot)" }

    /// The same where there is little room: `pub 3`.
    var shortLabel: SafeText { id.role == .publisher ? "pub \(id.slot)" : "sub \(id.slot)" }

    /// The state with its age, or with how the reconnecting goes.
    var stateText: SafeText { stateForms[0] }

    /// The state with its age, or with how the reconnecting goes; then shorter, to the bare state.
    var stateForms: [SafeText] {
        switch state {
        case .connected: ["up \(age)", state.word]
        case .stale: ["stale, ping \(pings)", state.word]
        case .reconnecting:
            nextAttempt.map { ["try \(attempt + 1) in \(SafeText.countdown($0))", "try \(attempt + 1)", state.word] }
                ?? ["down \(age)", state.word]
        case .connecting, .handshaking: attempt > 0 ? ["\(state.word), try \(attempt)", state.word] : [state.word]
        case .idle, .closed: [state.word]
        }
    }

    /// For how long it has been up or down.
    var age: SafeText { .duration(.seconds(stateDuration.components.seconds)) }

    /// PINGs in a row without an answer, of those after which it counts as lost.
    var pings: SafeText { "\(pingMisses)/\(maxPingFailure)" }

    /// Its encryption in a word or two.
    var encryptionText: SafeText {
        guard let encryption else { return isUp ? "plain" : "–" }
        return "\(untrusted: encryption.version)\(encryption.isVerified ? "" : "!")"
    }

    /// The name of the server behind the balancer.
    var serverName: SafeText? { server.map { SafeText(untrusted: $0.name, maximumBytes: 128) } }
}

extension SafeText {
    /// A short wait, in tenths of a second, since that is what a backoff is made of.
    static func countdown(_ time: Duration) -> SafeText {
        let tenths = Int((time.inSeconds * 10).rounded())
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) s" : .duration(time)
    }
}
