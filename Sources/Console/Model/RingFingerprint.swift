import Roulette
import TerminalUI

/// The fingerprint of the ring. Programs with the same fingerprint route topics to the same clusters.
struct RingFingerprint: Sendable, Hashable {
    var text: String
    /// Whether the fingerprint depends on the spelling of addresses, because a cluster was not reached yet.
    var isProvisional = false

    /// The digits, followed by "provisional" if they can still change.
    var label: SafeText { isProvisional ? "\(untrusted: text) provisional" : "\(untrusted: text)" }
}

extension RingFingerprint {
    init(_ snapshot: RouletteSnapshot) {
        self.init(text: snapshot.fingerprint, isProvisional: snapshot.isFingerprintProvisional)
    }
}
