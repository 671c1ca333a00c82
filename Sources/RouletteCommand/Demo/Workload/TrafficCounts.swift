import Locking

/// What was sent to and received from each cluster.
final class TrafficCounts: Sendable {
    /// The numbers of one cluster.
    struct Counts: Equatable, Sendable {
        /// Messages accepted for sending.
        var published: UInt64 = 0
        /// Messages that could not be sent, since the cluster was down or too slow.
        var failed: UInt64 = 0
        /// Messages that came back through a subscription on the cluster's first node.
        var received: UInt64 = 0

        mutating func add(_ other: Counts) {
            published += other.published
            failed += other.failed
            received += other.received
        }
    }

    private let counts: Mutex<[Counts]>

    init(clusters: Int) {
        counts = Mutex(Array(repeating: Counts(), count: clusters))
    }

    /// The counts of every cluster, in ring order.
    var all: [Counts] { counts.withLock(\.self) }

    /// Adds to the counts of one cluster.
    func add(_ more: Counts, cluster: Int) {
        counts.withLock { $0[cluster].add(more) }
    }
}
