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
}

extension ServerIdentity {
    init(_ info: ServerInfo) {
        self.init(
            id: info.serverID ?? "",
            name: info.serverName ?? info.serverID ?? "",
            version: info.version ?? "",
            cluster: info.cluster,
            maxPayload: info.maxPayload ?? 1 << 20
        )
    }
}
