import NATSMonitoring
import Settings
import TerminalUI

// A state is always shown with a glyph and a word, so that it does not depend on color.

extension ServerRow.State {
    func glyph(_ glyphs: GlyphSet) -> SafeText {
        switch self {
        case .healthy: glyphs.full
        case .unchecked: glyphs.showsUnicode ? "◌" : "~"
        case .unhealthy: glyphs.half
        case .unreachable: glyphs.hollow
        case .asking: glyphs.showsUnicode ? "…" : "."
        case .unknown: glyphs.missing
        }
    }

    var word: SafeText {
        switch self {
        case .healthy: "ok"
        case .unchecked: "unchecked"
        case .unhealthy: "unhealthy"
        case .unreachable: "no answer"
        case .asking: "asking"
        case .unknown: "no URL"
        }
    }

    /// The word, followed by a shorter one.
    var words: [SafeText] {
        switch self {
        case .healthy, .asking, .unknown: [word]
        case .unchecked: [word, "partly"]
        case .unhealthy: [word, "not ok"]
        case .unreachable: [word, "silent"]
        }
    }

    var role: ThemeRole {
        switch self {
        case .healthy: .statusUp
        case .unchecked: .statusStale
        case .unhealthy: .statusDegraded
        case .unreachable: .statusDown
        case .asking: .statusConnecting
        case .unknown: .muted
        }
    }
}

extension ServerRow {
    /// Returns the problem of the server, after the age of old figures; nil if there is none.
    func reason(_ now: Duration) -> SafeText? {
        switch state {
        case .unreachable:
            let age: SafeText = status == nil ? "" : "figures \(SafeText.duration(now - statusAt)) old: "
            return "\(age)\(untrusted: failure ?? "")"
        case .unhealthy: return "reports: \(SafeText(untrusted: complaint ?? "", maximumBytes: 512))"
        case .unchecked: return "health unknown: \(untrusted: healthFailure ?? "")"
        case .healthy: return remark
        case .unknown, .asking: return nil
        }
    }

    /// A remark about the figures of a healthy server.
    private var remark: SafeText? {
        guard let unreadable = status?.unreadable, !unreadable.isEmpty else { return nil }
        let names = unreadable.prefix(8).map { SafeText(untrusted: $0, maximumBytes: 64) }.joined(separator: ", ")
        return "could not be read and are shown as 0: \(names)"
    }
}
