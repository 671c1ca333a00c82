import NATS
import TextCoding

extension RouletteConfiguration.Server {
    /// Creates a cluster from the address of its load balancer: `host`, `host:port` or `[IPv6]:port`. The default port is 4222.
    ///
    /// - Throws: ``RouletteError/Code/configuration``, with the valid formats.
    public init(_ text: String) throws(RouletteError) {
        guard let parts = try? AddressParts(authority: text).hostAndPort() else {
            throw RouletteError(
                .configuration,
                // The text may be a URL with a password, so the error does not contain it.
                "a server is not an address; write host, host:port or [IPv6]:port, with a port of 1 to 65535 and without a URL "
                    + "or a login"
            )
        }
        self.init(host: parts.host, port: parts.port ?? 4222)
    }
}
