import Locking

/// Addresses that something is remembered of, shared by connections.
///
/// It is bounded by the configuration: only addresses that a user configured go into it.
package final class AddressMemory: Sendable {
    /// The addresses with which this process had TLS, whatever client it was. An address that had it never gets a login
    /// without it in automatic mode.
    package static let encrypted = AddressMemory()

    private let addresses = Mutex(Set<NATSClientConfiguration.Address>())

    package init() {}

    /// - Returns: Whether it was not known yet.
    @discardableResult
    func insert(_ address: NATSClientConfiguration.Address) -> Bool {
        addresses.withLock { $0.insert(Self.normalized(address)).inserted }
    }

    func contains(_ address: NATSClientConfiguration.Address) -> Bool {
        addresses.withLock { $0.contains(Self.normalized(address)) }
    }

    /// The same for every way to write a host name.
    private static func normalized(_ address: NATSClientConfiguration.Address) -> NATSClientConfiguration.Address {
        let host = address.host.lowercased()
        return .init(host: host.hasSuffix(".") ? String(host.dropLast()) : host, port: address.port)
    }
}
