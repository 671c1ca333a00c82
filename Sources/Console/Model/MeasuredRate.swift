import TerminalUI

/// The rate of messages into the clusters, measured with the counters of their servers.
struct MeasuredRate: Sendable, Hashable {
    /// Messages per second of all clusters that answered.
    var messages = 0.0
    /// Bytes per second of all clusters that answered.
    var bytes = 0.0
    /// The number of clusters that answered.
    var clusters = 0
    /// The number of servers whose counters were read.
    var servers = 0
    /// The number of servers that are known and whose counters were not read.
    var unknownServers = 0
    /// The reason why another cluster did not answer. It can contain text of a peer.
    var failure: String?

    /// Returns the result as a sentence.
    func text(clusters all: Int) -> SafeText {
        let reason: SafeText = failure.map { ": \(untrusted: $0)" } ?? ""
        guard clusters > 0 else { return "The rate is unknown\(reason)." }
        let sum: SafeText = "Now about \(SafeText.rate(messages)), \(SafeText.byteRate(bytes)), by the counters of "
        let rest: SafeText = clusters == all ? "" : " in \(clusters) of \(all) clusters\(reason)"
        guard unknownServers == 0 else {
            let them: SafeText = unknownServers == 1 ? "1 is not known" : "\(unknownServers) are not known"
            return "\(sum)\(servers) of \(servers + unknownServers) servers\(rest); \(them)."
        }
        return clusters == all ? "\(sum)all monitored servers." : "\(sum)\(clusters) of \(all) clusters\(reason)."
    }
}
