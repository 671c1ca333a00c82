import Roulette
import Settings
import TerminalUI

// A state is always a glyph and a word; color only adds to them.

extension ClusterSnapshot.State {
    /// The glyph of the state.
    func glyph(_ glyphs: GlyphSet) -> SafeText {
        switch self {
        case .up: glyphs.full
        case .degraded: glyphs.half
        case .stale: glyphs.showsUnicode ? "◌" : "~"
        case .down: glyphs.hollow
        case .connecting: glyphs.showsUnicode ? "…" : "."
        }
    }

    /// The state in a word.
    var word: SafeText {
        switch self {
        case .up: "up"
        case .degraded: "degraded"
        case .stale: "stale"
        case .connecting: "connecting"
        case .down: "down"
        }
    }

    /// The theme's role of the state.
    var role: ThemeRole {
        switch self {
        case .up: .statusUp
        case .degraded: .statusDegraded
        case .stale: .statusStale
        case .connecting: .statusConnecting
        case .down: .statusDown
        }
    }
}

extension EventRow.Severity {
    /// The severity in a word.
    var word: SafeText {
        switch self {
        case .info: "info"
        case .warning: "warn"
        case .error: "error"
        }
    }

    /// The theme's role of the severity.
    var role: ThemeRole {
        switch self {
        case .info: .severityInfo
        case .warning: .severityWarn
        case .error: .severityError
        }
    }
}
