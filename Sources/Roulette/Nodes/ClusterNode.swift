public import RouletteNATS

/// A server of a cluster, as the INFO of this client's connections describes it.
///
/// Servers announce the addresses of all servers of their cluster. This client knows the name and the id of a server only
/// while it is connected to it. The two are matched by the address in the server's own INFO. Where servers listen on all
/// interfaces, that address is `0.0.0.0` and cannot be matched; see ``ClusterNodes/unmatchedAddresses``.
public struct ClusterNode: Sendable, Hashable {
    /// What is known about a server.
    public enum State: Sendable, Hashable {
        /// It is connected, or other servers announce it.
        case present
        /// The other servers of the cluster no longer announce it.
        case gone
        /// Nothing says whether it is still there: no connection to the cluster is up, or its address is unknown and no connection
        /// leads to it any more.
        case unseen
    }

    /// `host:port` as its cluster announces it, or nil if it cannot be matched.
    public let address: String?
    /// The server's description of itself, or nil if this client was never connected to it.
    public let server: ServerIdentity?
    /// What is known about it.
    public let state: State
    /// The duration of ``state``.
    public let stateDuration: Duration
    /// The connections of this client to it.
    public let connections: Int

    /// Creates a server of a snapshot, for tests.
    public init(
        address: String?,
        server: ServerIdentity? = nil,
        state: State = .present,
        stateDuration: Duration = .zero,
        connections: Int = 0
    ) {
        self.address = address
        self.server = server
        self.state = state
        self.stateDuration = stateDuration
        self.connections = connections
    }

    /// The name of the server, or else its address.
    public var label: String { server?.name ?? address ?? "" }
}

/// The servers of a cluster, as the INFO of this client's connections describes them.
public struct ClusterNodes: Sendable, Hashable {
    /// The servers, sorted by name. Those that are gone are among them.
    public let all: [ClusterNode]
    /// Announced addresses that may belong to any of the servers without an address. A server with several network interfaces
    /// has several.
    public let unmatchedAddresses: [String]

    /// Creates the servers of a snapshot, for tests.
    public init(all: [ClusterNode], unmatchedAddresses: [String] = []) {
        self.all = all
        self.unmatchedAddresses = unmatchedAddresses
    }

    /// The number of servers that are gone.
    public var gone: Int { all.count { $0.state == .gone } }

    /// The number of servers, including those that are gone. It is too high if servers without an address have several network
    /// interfaces.
    public var total: Int {
        // Each of the unmatched addresses belongs to one of the servers without an address, or to an unknown server.
        let withoutAddress = all.count { $0.address == nil }
        return all.count - withoutAddress + max(withoutAddress, unmatchedAddresses.count)
    }

    /// The number of servers that the cluster announces; nil if it announces none, or if their addresses cannot be matched.
    package var announced: Int? {
        guard unmatchedAddresses.isEmpty, all.contains(where: { $0.address != nil }) else { return nil }
        return all.count { $0.state == .present }
    }

    /// No servers.
    package static let none = ClusterNodes(all: [], unmatchedAddresses: [])
}
