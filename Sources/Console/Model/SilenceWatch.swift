/// Whether all clusters became silent at the same moment, so that the network of this machine may be the cause.
struct SilenceWatch: Sendable {
    /// The difference between two clusters that still counts as the same moment.
    private static let tolerance: Duration = .seconds(1)

    /// What was received from a cluster.
    private struct Heard: Sendable {
        var bytes: UInt64
        /// When the last bytes were received.
        var at: Duration
        /// The longest time between two receptions lately. The silence began at most this much later.
        var gap: Duration = .zero
    }

    private var heard: [Int: Heard] = [:]
    /// When the last bytes were received, if all clusters have been silent since then. One cluster alone proves nothing.
    private(set) var ownNetworkSince: Duration?
    /// Whether all clusters have been silent since the same moment.
    var blamesOwnNetwork: Bool { ownNetworkSince != nil }

    /// Takes in the state of the clusters.
    mutating func update(_ clusters: [ClusterRow], at now: Duration) {
        for cluster in clusters {
            let bytes = cluster.connections.reduce(0) { $0 &+ $1.bytesIn }
            guard let last = heard[cluster.id] else {
                heard[cluster.id] = Heard(bytes: bytes, at: now)
                continue
            }
            guard bytes != last.bytes else { continue }
            // An old gap counts half as much with each reception, so that the last few decide.
            heard[cluster.id] = Heard(bytes: bytes, at: now, gap: max(now - last.at, last.gap / 2))
        }
        let silences = clusters.compactMap { $0.isSilent ? heard[$0.id] : nil }
        guard clusters.count > 1, silences.count == clusters.count, let latest = silences.map(\.at).max(),
            let earliestEnd = silences.map({ $0.at + $0.gap }).min()
        else {
            ownNetworkSince = nil
            return
        }
        ownNetworkSince = latest <= earliestEnd + Self.tolerance ? latest : nil
    }
}

extension ClusterRow {
    /// Whether no connection receives anything, and no failed attempt was answered.
    fileprivate var isSilent: Bool {
        !connections.isEmpty
            && connections.allSatisfy { $0.isUp ? $0.pingMisses > 0 : $0.lastError?.isSilence ?? false }
    }
}
