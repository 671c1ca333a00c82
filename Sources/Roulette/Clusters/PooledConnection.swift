import RouletteNATS
import Synchronization

/// The purpose of a connection in a pool.
public enum ConnectionRole: String, Sendable, Hashable, CaseIterable {
    /// The connection publishes messages and sends requests.
    case publisher
    /// The connection carries subscriptions.
    case subscriber
}

/// One connection of a cluster's pool.
@usableFromInline
final class PooledConnection: Sendable {
    let cluster: Cluster
    /// An array with only ``cluster``. All subscriptions of this connection share its storage.
    let clusters: [Cluster]
    let role: ConnectionRole
    let slot: Int
    let client: NATSClient
    /// Whether it only takes the place of a connection, for messages that were not received from a server. Its client never runs.
    let isDetached: Bool
    /// The coder of the client.
    let coder: (any MessageCoder)?
    /// The tracing of the client; nil without a tracer.
    let tracing: MessageTracing?
    /// Lost messages that a flush has already reported.
    private let reportedLost = Atomic<UInt64>(0)

    init(
        cluster: Cluster,
        role: ConnectionRole,
        slot: Int,
        client: NATSClient,
        coder: (any MessageCoder)? = nil,
        tracing: MessageTracing? = nil,
        isDetached: Bool = false
    ) {
        self.cluster = cluster
        self.clusters = [cluster]
        self.role = role
        self.slot = slot
        self.client = client
        self.coder = coder
        self.tracing = tracing
        self.isDetached = isDetached
    }

    /// Whether unconfirmed messages were lost with a connection and no flush has reported them.
    var hasUnreportedLoss: Bool { client.snapshot.lost > reportedLost.load(ordering: .relaxed) }

    /// Returns the number of lost messages that no flush has reported, and marks them as reported.
    func takeUnreportedLost() -> UInt64 {
        let lost = client.snapshot.lost
        let reported = reportedLost.max(lost, ordering: .relaxed).oldValue
        // Another flush may have reported more meanwhile.
        return lost > reported ? lost - reported : 0
    }
}

/// The connections of one cluster.
struct ClusterPool: Sendable {
    let cluster: Cluster
    let publishers: [PooledConnection]
    let subscribers: [PooledConnection]

    var connections: [PooledConnection] { publishers + subscribers }

    /// The maximum time that the other connections wait for the first connection of each role.
    private static let headStart: Duration = .milliseconds(500)

    /// Runs all connections, and returns when all are closed.
    ///
    /// The first connection of each role connects before the others. Otherwise, if a server or an account limits the number of
    /// connections, one role could use all of them, and the client could not publish or not subscribe.
    func run(clock: TimeSource) async {
        await withTaskGroup { group in
            let first = [publishers.first, subscribers.first].compactMap(\.self)
            for connection in first { group.addTask { await connection.client.run() } }
            if publishers.count + subscribers.count > first.count {
                // The wait is short, because only one node behind the load balancer may be frozen. If this task is canceled, the
                // wait ends and the other connections close immediately.
                let end = clock.instant() + Self.headStart
                for connection in first {
                    try? await connection.client.waitForFirstAttempt(timeout: max(.zero, end - clock.instant()))
                }
            }
            for connection in publishers.dropFirst() + subscribers.dropFirst() {
                group.addTask { await connection.client.run() }
            }
        }
    }
}
