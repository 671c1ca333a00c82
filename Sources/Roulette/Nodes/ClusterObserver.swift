import Locking
import RouletteNATS

/// Keeps what is known about the servers of all clusters up to date, and reports what changes.
final class ClusterObserver: Sendable {
    private struct State {
        var tables: [NodeTable]
        var identities: ClusterIdentities
        var losses: [LossHistory]
        /// The clusters whose idle timeout was reported.
        var idleTimeouts: Set<Int> = []
    }

    private let pools: [ClusterPool]
    private let clusters: [Cluster]
    private let pingInterval: Duration
    private let clock: TimeSource
    private let start: ContinuousClock.Instant
    private let observe: @Sendable (RouletteEvent) -> Void
    private let state: Mutex<State>

    init(
        pools: [ClusterPool],
        clusters: [Cluster],
        pingInterval: Duration,
        clock: TimeSource,
        observe: @escaping @Sendable (RouletteEvent) -> Void
    ) {
        self.pools = pools
        self.clusters = clusters
        self.pingInterval = pingInterval
        self.clock = clock
        start = clock.instant()
        self.observe = observe
        state = Mutex(
            State(
                tables: clusters.map { _ in NodeTable() },
                identities: ClusterIdentities(clusters),
                losses: clusters.map { _ in LossHistory() }
            )
        )
    }

    /// Reads the state of the connections to a cluster, and reports what changed.
    /// - Parameter event: What happened to one of them, if anything did.
    func update(_ cluster: Int, after event: NATSEvent? = nil) {
        let events = state.withLock { state in
            let idleTimeout = record(event, of: cluster, in: &state)
            let connections = pools[cluster].connections.map(\.client.snapshot).filter(\.isUp)
            let alarms = state.identities.update(
                connections.compactMap(\.server).map(ClusterIdentities.Report.init),
                of: cluster
            )
            // A connection to another cluster says nothing about this one.
            let observations = connections.compactMap(NodeTable.Observation.init).filter { observation in
                let report = ClusterIdentities.Report(observation.server)
                return state.identities.owner(of: report, reachedThrough: cluster) == cluster
            }
            let changes = state.tables[cluster].update(observations, at: now)
            return changes.map { RouletteEvent.Detail.node($0, clusters[cluster]) }
                + alarms.begun.map { .identityAlarm($0) } + alarms.ended.map { .identityAlarmEnded($0) }
                + (idleTimeout.map { [.idleTimeout($0, clusters[cluster])] } ?? [])
        }
        for event in events { observe(RouletteEvent(event)) }
    }

    /// Records the loss of a connection.
    /// - Returns: The idle timeout that explains it, if it has not been reported.
    private func record(_ event: NATSEvent?, of cluster: Int, in state: inout State) -> IdleTimeout? {
        guard case .disconnected(let cause, _) = event else { return nil }
        state.losses[cluster].record(idle: cause.idleTime, at: now)
        guard let found = state.losses[cluster].idleTimeout(pingInterval: pingInterval, at: now) else {
            state.idleTimeouts.remove(cluster)
            return nil
        }
        return state.idleTimeouts.insert(cluster).inserted ? found : nil
    }

    /// What is known about all clusters, in the order of the configuration.
    struct Snapshot {
        let nodes: [ClusterNodes]
        /// The number of connections that were lost within the last hour.
        let losses: [Int]
        let idleTimeouts: [IdleTimeout?]
        fileprivate let identities: ClusterIdentities
        fileprivate let clusters: [Cluster]

        var alarms: [IdentityAlarm] { identities.alarms }

        /// Returns the entry whose cluster a server belongs to.
        func owner(of server: ServerIdentity?, reachedThrough entry: Int) -> Cluster? {
            server.flatMap { identities.owner(of: ClusterIdentities.Report($0), reachedThrough: entry) }.map { clusters[$0] }
        }
    }

    func snapshot() -> Snapshot {
        state.withLock { state in
            Snapshot(
                nodes: state.tables.map { $0.nodes(at: now) },
                losses: state.losses.map { $0.count(at: now) },
                idleTimeouts: state.losses.map { $0.idleTimeout(pingInterval: pingInterval, at: now) },
                identities: state.identities,
                clusters: clusters
            )
        }
    }

    /// Forgets the servers that are gone.
    func dismissGone() {
        state.withLock { state in
            for index in state.tables.indices { state.tables[index].dismissGone() }
        }
    }

    private var now: Duration { clock.instant() - start }
}

extension ClusterIdentities.Report {
    fileprivate init(_ server: ServerIdentity) {
        self.init(serverID: server.id, clusterName: server.cluster, announced: server.announced)
    }
}

extension NodeTable.Observation {
    /// Creates the observation of a connection that is up.
    init?(_ connection: ConnectionSnapshot) {
        guard let server = connection.server, !server.id.isEmpty else { return nil }
        self.init(server: server, isFresh: connection.pingMisses == 0)
    }
}
