/// One cluster of the deployment.
///
/// Every message and every route names one, so that a copy costs no more than one count of references.
public struct Cluster: Sendable, Hashable, Identifiable {
    private final class Description: Sendable {
        let index: Int
        let name: String
        let address: String

        init(index: Int, name: String, address: String) {
            self.index = index
            self.name = name
            self.address = address
        }
    }

    private let description: Description

    init(index: Int, name: String, address: String) {
        description = Description(index: index, name: name, address: address)
    }

    /// Its position in the list of servers.
    public var index: Int { description.index }
    /// Its configured name, else its address.
    public var name: String { description.name }
    /// `host:port` of its load balancer.
    public var address: String { description.address }

    /// What an error calls it: name and address, or the address alone where there is no other name.
    package var label: String { name == address ? address : "\(name) (\(address))" }

    /// Its position in the list of servers.
    public var id: Int { index }

    /// Whether position, name and address are the same.
    public static func == (one: Cluster, other: Cluster) -> Bool {
        one.description === other.description
            || (one.index, one.name, one.address) == (other.index, other.name, other.address)
    }

    /// Hashes position and name.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(index)
        hasher.combine(name)
    }
}
