public import ConsistentHashing
public import RouletteNATS

/// The state of a deployment at one time.
public struct RouletteSnapshot: Sendable {
    /// A value that is equal in programs with the same routing. Once all clusters have been reached, it uses the identities
    /// that their servers report, so that it does not depend on the spelling of addresses.
    public var fingerprint: String
    /// Whether the fingerprint uses addresses, because some clusters have not been reached yet.
    public var isFingerprintProvisional: Bool
    /// How the ring names the clusters.
    public var naming: HashRing.Naming
    /// The role of the client.
    public var role: RouletteConfiguration.Role
    /// The clusters in the order of the configuration.
    public var clusters: [ClusterSnapshot]
    /// Load balancers that lead to the wrong cluster.
    public var identityAlarms: [IdentityAlarm]

    /// Creates a snapshot. Clients create their own; this initializer is for tests.
    public init(
        fingerprint: String = "",
        isFingerprintProvisional: Bool = true,
        naming: HashRing.Naming = .index,
        role: RouletteConfiguration.Role = .both,
        clusters: [ClusterSnapshot],
        identityAlarms: [IdentityAlarm] = []
    ) {
        self.fingerprint = fingerprint
        self.isFingerprintProvisional = isFingerprintProvisional
        self.naming = naming
        self.role = role
        self.clusters = clusters
        self.identityAlarms = identityAlarms
    }
}

/// The state of a cluster at one time.
public struct ClusterSnapshot: Sendable {
    /// The availability of a cluster.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// All connections are up.
        case up
        /// Some connections are up, or some are silent.
        case degraded
        /// All connections are up, and none has received a byte for a ping interval or more.
        case stale
        /// The client is connecting for the first time.
        case connecting
        /// No connection is up.
        case down
    }

    /// The state of one connection of the pool.
    public struct Connection: Sendable {
        /// The purpose of the connection.
        public var role: ConnectionRole
        /// The number of the connection in its pool, from 0.
        public var slot: Int
        /// The state of the connection.
        public var connection: ConnectionSnapshot
        /// The entry of the configuration whose cluster the server belongs to. It differs from the connection's own cluster if
        /// a load balancer leads to the wrong one; see ``IdentityAlarm``. Nil if no server has answered yet, or if its cluster
        /// is in no entry.
        public var serverCluster: Cluster?

        /// Creates the state of a connection. Clients create their own; this initializer is for tests.
        public init(role: ConnectionRole, slot: Int, connection: ConnectionSnapshot, serverCluster: Cluster? = nil) {
            self.role = role
            self.slot = slot
            self.connection = connection
            self.serverCluster = serverCluster
        }
    }

    /// The cluster.
    public var cluster: Cluster
    /// The share of all topics that the cluster owns, 0 to 1.
    public var share: Double
    /// The connections of the pools: publishers, then subscribers.
    public var connections: [Connection]
    /// The servers of the cluster, as their INFO describes them.
    public var nodes: ClusterNodes
    /// The number of connections that were lost within the last hour.
    public var lossesInLastHour: Int
    /// The idle timeout of the load balancer that explains why connections are lost, if there is one.
    public var idleTimeout: IdleTimeout?
    /// What the canary messages show; nil if ``RouletteConfiguration/canaryInterval`` is not set, or the client does not have
    /// connections of both roles.
    public var canary: CanaryStatus?

    /// Creates a snapshot. Clients create their own; this initializer is for tests.
    public init(
        cluster: Cluster,
        share: Double = 1,
        connections: [Connection],
        nodes: ClusterNodes = ClusterNodes(all: []),
        lossesInLastHour: Int = 0,
        idleTimeout: IdleTimeout? = nil,
        canary: CanaryStatus? = nil
    ) {
        self.cluster = cluster
        self.share = share
        self.connections = connections
        self.nodes = nodes
        self.lossesInLastHour = lossesInLastHour
        self.idleTimeout = idleTimeout
        self.canary = canary
    }

    /// The identity that the servers report: the name of their cluster, or the id of the server if it has no cluster name. Nil
    /// until a server has answered.
    public var identity: String? {
        let own = connections.filter { $0.serverCluster == cluster }
        let servers = (own.isEmpty ? connections : own).compactMap(\.connection.server)
        return servers.compactMap(\.cluster).first { !$0.isEmpty } ?? servers.map(\.id).first { !$0.isEmpty }
    }

    /// The availability of the cluster.
    public var state: State {
        let up = connections.count { $0.connection.isUp }
        let silent = connections.count { $0.connection.state == .stale }
        if up == 0 {
            let isFirst = connections.allSatisfy { $0.connection.server == nil && $0.connection.lastError == nil }
            return isFirst ? .connecting : .down
        }
        if up < connections.count { return .degraded }
        if silent == 0 { return .up }
        return silent == connections.count ? .stale : .degraded
    }

    /// The time since a connection last changed between up and down.
    public var stateDuration: Duration {
        connections.map(\.connection.stateDuration).min() ?? .zero
    }

    /// The last error of the first connection that is not up, if there is one.
    public var lastError: NATSError? {
        connections.lazy.filter { !$0.connection.isUp }.compactMap(\.connection.lastError).first
    }

    /// Returns the sum of a value over all connections.
    public func total<N: AdditiveArithmetic>(_ number: (ConnectionSnapshot) -> N) -> N {
        connections.reduce(.zero) { $0 + number($1.connection) }
    }
}

extension ConnectionSnapshot {
    /// Whether messages can be sent.
    public var isUp: Bool { state == .connected || state == .stale }
}

extension RouletteClient {
    /// Returns the current state of the deployment. It takes a few short locks per connection.
    public func snapshot() -> RouletteSnapshot {
        let observed = clusterObserver.snapshot()
        let clusters = zip(pools, ring.shares).map { pool, share in
            ClusterSnapshot(
                cluster: pool.cluster,
                share: share.fraction,
                connections: pool.connections.map { connection in
                    let snapshot = connection.client.snapshot
                    return .init(
                        role: connection.role,
                        slot: connection.slot,
                        connection: snapshot,
                        serverCluster: observed.owner(of: snapshot.server, reachedThrough: pool.cluster.index)
                    )
                },
                nodes: observed.nodes[pool.cluster.index],
                lossesInLastHour: observed.losses[pool.cluster.index],
                idleTimeout: observed.idleTimeouts[pool.cluster.index],
                canary: canary?.status(of: pool.cluster.index)
            )
        }
        let fingerprint = ring.fingerprint(identities: clusters.map(\.identity))
        return RouletteSnapshot(
            fingerprint: fingerprint.text,
            isFingerprintProvisional: fingerprint.isProvisional,
            naming: ring.naming,
            role: configuration.role,
            clusters: clusters,
            identityAlarms: observed.alarms
        )
    }
}

extension RouletteClient {
    /// Forgets the servers that are gone, so that they are no longer in the snapshot. Call it after servers were removed from a
    /// cluster for good.
    public func dismissGoneNodes() { clusterObserver.dismissGone() }
}
