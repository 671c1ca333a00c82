public import ConsistentHashing
public import NATS

/// Everything a dashboard shows of a deployment, at one moment.
public struct RouletteSnapshot: Sendable {
    /// What two programs that route alike have in common. Once all clusters were reached it is made of the names that they
    /// give themselves, so that it does not matter how their addresses are spelt.
    public let fingerprint: String
    /// Whether the fingerprint is one of addresses, because some cluster was not reached yet.
    public let isFingerprintProvisional: Bool
    /// How the ring names the clusters.
    public let naming: HashRing.Naming
    /// What the client is used for.
    public let role: RouletteConfiguration.Role
    /// The clusters in the order of the configuration.
    public let clusters: [ClusterSnapshot]
}

/// One cluster at one moment.
public struct ClusterSnapshot: Sendable {
    /// How well the cluster can be reached.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// All connections are up.
        case up
        /// Some connections are up, or some are silent.
        case degraded
        /// All connections are up and none has answered for a ping interval or more.
        case stale
        /// The first connections are being made.
        case connecting
        /// No connection is up.
        case down
    }

    /// One connection of the pool.
    public struct Connection: Sendable {
        /// What it is used for.
        public let role: ConnectionRole
        /// Its number in the pool, from 0.
        public let slot: Int
        /// What is known about it.
        public let connection: ConnectionSnapshot
    }

    /// Which one it is.
    public let cluster: Cluster
    /// The part of all topics it owns, 0 to 1.
    public let share: Double
    /// The pool: publishers, then subscribers.
    public let connections: [Connection]

    /// What the cluster calls itself: the name of the cluster that its servers belong to, else the id of its server; nil
    /// until one has answered.
    public var identity: String? {
        let servers = connections.compactMap(\.connection.server)
        return servers.compactMap(\.cluster).first { !$0.isEmpty } ?? servers.map(\.id).first { !$0.isEmpty }
    }

    /// How well the cluster can be reached.
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

    /// Since when, as the time of the newest change of a connection between up and down.
    public var stateDuration: Duration {
        connections.map(\.connection.stateDuration).min() ?? .zero
    }

    /// The last error of a connection that is not up.
    public var lastError: NATSError? {
        connections.lazy.filter { !$0.connection.isUp }.compactMap(\.connection.lastError).first
    }

    /// The sum of a number over the connections.
    public func total<N: AdditiveArithmetic>(_ number: (ConnectionSnapshot) -> N) -> N {
        connections.reduce(.zero) { $0 + number($1.connection) }
    }
}

extension ConnectionSnapshot {
    /// Whether messages can be sent.
    public var isUp: Bool { state == .connected || state == .stale }
}

extension RouletteClient {
    /// What the deployment looks like at this moment. Cheap: a few short locks per connection.
    public func snapshot() -> RouletteSnapshot {
        let clusters = zip(pools, ring.shares).map { pool, share in
            ClusterSnapshot(
                cluster: pool.cluster,
                share: share.fraction,
                connections: pool.connections.map { connection in
                    .init(role: connection.role, slot: connection.slot, connection: connection.client.snapshot)
                }
            )
        }
        let fingerprint = ring.fingerprint(identities: clusters.map(\.identity))
        return RouletteSnapshot(
            fingerprint: fingerprint.text,
            isFingerprintProvisional: fingerprint.isProvisional,
            naming: ring.naming,
            role: configuration.role,
            clusters: clusters
        )
    }
}
