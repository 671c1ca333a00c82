/// The addresses of one cluster, as given on the command line or in a configuration.
public struct ClusterAddress: Sendable, Hashable {
    /// The name given to the cluster, or nil.
    public var name: String? { servers[0].name }
    /// The addresses, at least one. The first one identifies the cluster.
    public let servers: [ServerAddress]

    /// Whether one of the addresses is a `tls://` URL. Nothing is then sent to any of them without encryption.
    public var requiresTLS: Bool { servers.contains(where: \.requiresTLS) }

    /// Whether one of the addresses has a login.
    var hasLogin: Bool { servers.contains { $0.login != nil } }

    /// Reads `[NAME=]ADDRESS[,ADDRESS…]`. Each address has a form that ``ServerAddress/init(parsing:)`` reads.
    ///
    /// - Throws: ``ServerAddressError`` with advice. Its message repeats no part of the text.
    public init(parsing text: String) throws(ServerAddressError) {
        guard text.contains(",") else {
            servers = [try ServerAddress(parsing: text)]
            return
        }
        // A password may contain a comma, and a part of it must not be taken for an address.
        guard !text.contains("@") else {
            throw ServerAddressError(.login, "a login is not allowed in a list of addresses; give it separately")
        }
        var servers: [ServerAddress] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let server = try ServerAddress(parsing: String(part))
            guard servers.isEmpty || server.name == nil else {
                throw ServerAddressError(.name, "a cluster has one name, write it once, before the first address")
            }
            servers.append(server)
        }
        self.servers = servers
    }
}
