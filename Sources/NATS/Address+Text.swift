import TextCoding

extension NATSClientConfiguration.Address {
    /// `host:port` or `[IPv6]:port` in ASCII, as servers announce themselves; nil for anything else.
    package init?(hostAndPort text: String) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }), let parts = try? AddressParts(authority: text).hostAndPort(),
            let port = parts.port
        else { return nil }
        self.init(host: parts.host, port: port)
    }
}

extension NATSClientConfiguration.Address {
    /// Refuses what no socket connects to. A host that is really a URL, with a password perhaps, is not repeated.
    package func validate() throws(NATSError) {
        guard !host.isEmpty else { throw NATSError(.configuration, "the host is empty") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: "/") }) else {
            throw NATSError(
                .configuration,
                "the host has characters that no host name has; it is a name or an IP address alone, without URL and login"
            )
        }
        guard (1...65535).contains(port) else {
            throw NATSError(.configuration, "port \(port) is out of range, use 1 to 65535")
        }
    }
}
