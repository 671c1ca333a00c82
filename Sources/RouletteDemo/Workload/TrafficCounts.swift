import Locking

/// The messages sent to and received from each cluster.
package final class TrafficCounts: Sendable {
    /// The numbers of one cluster.
    package struct Counts: Equatable, Sendable {
        /// Messages accepted for sending.
        package var published: UInt64 = 0
        /// Messages that could not be sent because the cluster was down or too slow.
        package var failed: UInt64 = 0
        /// Messages that came back through a subscription behind the cluster's balancer.
        package var received: UInt64 = 0

        /// Creates counts, with zero as default.
        package init(published: UInt64 = 0, failed: UInt64 = 0, received: UInt64 = 0) {
            self.published = published
            self.failed = failed
            self.received = received
        }

        /// Adds the numbers of another cluster.
        package mutating func add(_ other: Counts) {
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
    package var all: [Counts] { counts.withLock(\.self) }

    /// Adds to the counts of one cluster.
    func add(_ more: Counts, cluster: Int) {
        counts.withLock { $0[cluster].add(more) }
    }
}
