import Roulette
import TerminalUI

/// The fingerprint of the ring. Programs with the same fingerprint route alike.
struct RingFingerprint: Sendable, Hashable {
    var text: String
    /// Whether it depends on how addresses are spelt, because some cluster was not reached yet.
    var isProvisional = false

    /// The digits, and a word behind them where they may still change.
    var label: SafeText { isProvisional ? "\(untrusted: text) provisional" : "\(untrusted: text)" }
}

extension RingFingerprint {
    init(_ snapshot: RouletteSnapshot) {
        self.init(text: snapshot.fingerprint, isProvisional: snapshot.isFingerprintProvisional)
    }
}
