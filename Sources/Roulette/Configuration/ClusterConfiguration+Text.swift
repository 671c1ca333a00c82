import RouletteNATS
import TextCoding

extension ClusterConfiguration {
    /// Creates a cluster from the address of its load balancer: `host`, `host:port` or `[IPv6]:port`. The default port is 4222.
    ///
    /// The addresses of several servers are separated by commas: `10.0.0.1,10.0.0.2:4223`. The first one identifies the cluster,
    /// the others are its ``seeds``.
    ///
    /// - Throws: ``RouletteError/Code/configuration``, with the valid formats.
    public init(_ text: String) throws(RouletteError) {
        var hosts: [NATSClientConfiguration.Address] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let parts = try? AddressParts(authority: String(part)).hostAndPort() else {
                throw RouletteError(
                    .configuration,
                    // The text may be a URL with a password, so the error does not contain it.
                    "a server is not an address; write host, host:port or [IPv6]:port, with a port of 1 to 65535 and without a "
                        + "URL or a login; separate the addresses of one cluster by commas"
                )
            }
            hosts.append(.init(host: parts.host, port: parts.port ?? 4222))
        }
        try self.init(hosts: hosts)
    }
}
