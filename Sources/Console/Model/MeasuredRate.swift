import TerminalUI

/// The rate of messages into clusters, by the counters of their servers.
struct MeasuredRate: Sendable, Hashable {
    /// Messages per second, over all clusters that answered.
    var messages = 0.0
    /// Bytes per second, likewise.
    var bytes = 0.0
    /// How many clusters answered.
    var clusters = 0
    /// Why another cluster did not answer; text that may have come from a peer.
    var failure: String?

    /// What was found, in a sentence.
    func text(clusters all: Int) -> SafeText {
        let reason: SafeText = failure.map { ": \(untrusted: $0)" } ?? ""
        guard clusters > 0 else { return "The rate is unknown\(reason)." }
        let sum: SafeText = "Now about \(SafeText.rate(messages)), \(SafeText.byteRate(bytes)), by the counters of "
        return clusters == all ? "\(sum)all servers monitored." : "\(sum)\(clusters) of \(all) clusters\(reason)."
    }
}
