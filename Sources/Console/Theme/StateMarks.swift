import Roulette
import Settings
import TerminalUI

// A state is always shown with a glyph and a word, so that it does not depend on color.

extension ClusterSnapshot.State {
    func glyph(_ glyphs: GlyphSet) -> SafeText {
        switch self {
        case .up: glyphs.full
        case .degraded: glyphs.half
        case .stale: glyphs.showsUnicode ? "◌" : "~"
        case .down: glyphs.hollow
        case .connecting: glyphs.showsUnicode ? "…" : "."
        }
    }

    var word: SafeText {
        switch self {
        case .up: "up"
        case .degraded: "degraded"
        case .stale: "stale"
        case .connecting: "connecting"
        case .down: "down"
        }
    }

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
    var word: SafeText {
        switch self {
        case .info: "info"
        case .warning: "warn"
        case .error: "error"
        }
    }

    var role: ThemeRole {
        switch self {
        case .info: .severityInfo
        case .warning: .severityWarn
        case .error: .severityError
        }
    }
}
