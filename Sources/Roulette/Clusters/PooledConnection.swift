import NATS
import Synchronization

/// What a connection of a pool is used for.
public enum ConnectionRole: String, Sendable, Hashable, CaseIterable {
    /// It publishes.
    case publisher
    /// It carries subscriptions.
    case subscriber
}

/// One connection of a cluster's pool.
@usableFromInline
final class PooledConnection: Sendable {
    let cluster: Cluster
    /// Only that one: the list that all subscriptions of this connection share.
    let clusters: [Cluster]
    let role: ConnectionRole
    let slot: Int
    let client: NATSClient
    /// Messages lost with a connection that a flush has told of.
    private let toldLost = Atomic<UInt64>(0)

    init(cluster: Cluster, role: ConnectionRole, slot: Int, client: NATSClient) {
        self.cluster = cluster
        self.clusters = [cluster]
        self.role = role
        self.slot = slot
        self.client = client
    }

    /// Whether messages were handed to a connection which was lost before they were confirmed, and no flush has told of them.
    var hasUntoldLoss: Bool { client.snapshot.lost > toldLost.load(ordering: .relaxed) }

    /// How many those are, for the one flush that tells of them.
    func takeUntoldLost() -> UInt64 {
        let lost = client.snapshot.lost
        let told = toldLost.max(lost, ordering: .relaxed).oldValue
        // Another flush may have told of more meanwhile.
        return lost > told ? lost - told : 0
    }
}

/// The connections of one cluster.
struct ClusterPool: Sendable {
    let cluster: Cluster
    let publishers: [PooledConnection]
    let subscribers: [PooledConnection]

    var connections: [PooledConnection] { publishers + subscribers }

    /// How long the others wait at most for the first connection of each role.
    private static let headStart: Duration = .milliseconds(500)

    /// Connects all of them, and stays until all are closed.
    ///
    /// The first connection of each role goes first. Where a server or an account takes only so many connections, those of one
    /// role could else take them all, and nothing could be published or nothing subscribed.
    func run(clock: TimeSource) async {
        await withTaskGroup { group in
            let first = [publishers.first, subscribers.first].compactMap(\.self)
            for connection in first { group.addTask { await connection.client.run() } }
            if publishers.count + subscribers.count > first.count {
                // Not for long: behind a balancer only one of its nodes may be frozen. Canceled: the others close at once.
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
