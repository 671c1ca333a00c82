import NATSWire

/// How the server behind an address describes itself. The texts are untrusted.
public struct ServerIdentity: Sendable, Hashable {
    /// The unique id of the server process.
    public let id: String
    /// The configured name, by default the id.
    public let name: String
    /// The version of nats-server.
    public let version: String
    /// The name of the cluster that the server belongs to; nil for a single server.
    public let cluster: String?
    /// The largest payload, headers included, in bytes.
    public let maxPayload: Int
    /// `host:port` that the server listens on for clients; `0.0.0.0` or `::` if it listens on all interfaces. nil if it does not
    /// say so.
    public let address: String?
    /// The addresses of all servers of the cluster, its own among them, at most ``maxAnnounced``. Empty if the server does not
    /// announce any. The server sends this list again when a server joins or leaves.
    public let announced: [String]

    /// The maximum number of announced addresses that are kept. The server chooses them.
    public static let maxAnnounced = 256

    /// Describes a server. Clients create the description from INFO; this initializer is for tests.
    public init(
        id: String,
        name: String,
        version: String,
        cluster: String?,
        maxPayload: Int = 1 << 20,
        address: String? = nil,
        announced: [String] = []
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.cluster = cluster
        self.maxPayload = maxPayload
        self.address = address
        self.announced = announced
    }
}

extension ServerIdentity {
    init(_ info: ServerInfo) {
        self.init(
            id: info.serverID ?? "",
            name: info.serverName ?? info.serverID ?? "",
            version: info.version ?? "",
            cluster: info.cluster,
            maxPayload: info.maxPayload ?? 1 << 20,
            address: info.host.flatMap { host in
                info.port.map { NATSClientConfiguration.Address(host: host, port: $0).description }
            },
            announced: info.connectURLs.prefix(Self.maxAnnounced).compactMap {
                NATSClientConfiguration.Address(hostAndPort: $0)?.description
            }
        )
    }
}
