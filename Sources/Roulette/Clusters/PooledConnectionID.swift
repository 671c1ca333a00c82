/// Identifies one connection of a client.
public struct PooledConnectionID: Sendable, Hashable {
    /// The cluster of the connection.
    public let cluster: Cluster
    /// The purpose of the connection.
    public let role: ConnectionRole
    /// The number of the connection in its pool, from 0.
    public let slot: Int
}
