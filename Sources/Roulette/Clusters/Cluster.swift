/// One cluster of the deployment.
public struct Cluster: Sendable, Hashable, Identifiable {
    /// Its position in the list of servers.
    public let index: Int
    /// Its configured name, else its address.
    public let name: String
    /// `host:port` of its load balancer.
    public let address: String

    /// Its position in the list of servers.
    public var id: Int { index }
}
