/// One cluster of the deployment.
///
/// Every message and every route has one, so copying it has to be cheap: one retain.
public struct Cluster: Sendable, Hashable, Identifiable {
    private final class Details: Sendable {
        let index: Int
        let name: String
        let address: String

        init(index: Int, name: String, address: String) {
            self.index = index
            self.name = name
            self.address = address
        }
    }

    private let details: Details

    init(index: Int, name: String, address: String) {
        details = Details(index: index, name: name, address: address)
    }

    /// Creates the description of a cluster, to test code that handles messages and snapshots. A client creates its own from its
    /// configuration.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - index: The position in the list of servers.
    ///   - address: `host:port`; by default the name and the usual port.
    public init(name: String, index: Int = 0, address: String? = nil) {
        self.init(index: index, name: name, address: address ?? "\(name):4222")
    }

    /// The position in the list of servers.
    public var index: Int { details.index }
    /// The configured name, or the address if there is no name.
    public var name: String { details.name }
    /// `host:port` of the load balancer, or of the first address of the cluster.
    public var address: String { details.address }

    /// The name and address as shown in errors; only the address if there is no other name.
    package var label: String { name == address ? address : "\(name) (\(address))" }

    /// The position in the list of servers.
    public var id: Int { index }

    /// Returns whether position, name and address are the same.
    public static func == (one: Cluster, other: Cluster) -> Bool {
        one.details === other.details
            || (one.index, one.name, one.address) == (other.index, other.name, other.address)
    }

    /// Hashes the position and the name.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(index)
        hasher.combine(name)
    }
}
