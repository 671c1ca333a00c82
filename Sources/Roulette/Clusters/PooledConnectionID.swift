/// Names one connection.
public struct PooledConnectionID: Sendable, Hashable {
    /// The cluster it goes to.
    public let cluster: Cluster
    /// What it is used for.
    public let role: ConnectionRole
    /// Its number in the pool, from 0.
    public let slot: Int
}
