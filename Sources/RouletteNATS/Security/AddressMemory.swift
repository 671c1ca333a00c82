import Locking

/// A set of addresses, shared by connections.
///
/// It is bounded by the configuration: it contains only addresses that a user configured.
package final class AddressMemory: Sendable {
    /// The addresses with which any client of this process had TLS, and the other addresses of these clients. In automatic mode,
    /// credentials are never sent to such an address without TLS.
    package static let encrypted = AddressMemory()

    private let addresses = Mutex(Set<NATSClientConfiguration.Address>())

    package init() {}

    /// - Returns: Whether the address was new.
    @discardableResult
    func insert(_ address: NATSClientConfiguration.Address) -> Bool {
        addresses.withLock { $0.insert(Self.normalized(address)).inserted }
    }

    func contains(_ address: NATSClientConfiguration.Address) -> Bool {
        addresses.withLock { $0.contains(Self.normalized(address)) }
    }

    /// Returns an equal address for every spelling of a host name.
    private static func normalized(_ address: NATSClientConfiguration.Address) -> NATSClientConfiguration.Address {
        let host = address.host.lowercased()
        return .init(host: host.hasSuffix(".") ? String(host.dropLast()) : host, port: address.port)
    }
}
