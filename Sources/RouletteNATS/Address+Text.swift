import TextCoding

extension NATSClientConfiguration.Address {
    /// Parses `host:port` or `[IPv6]:port` in ASCII, the form in which servers announce themselves. Returns nil for anything
    /// else.
    package init?(hostAndPort text: String) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }), let parts = try? AddressParts(authority: text).hostAndPort(),
            let port = parts.port
        else { return nil }
        self.init(host: parts.host, port: port)
    }
}

extension NATSClientConfiguration.Address {
    /// Checks that a socket can connect to the address. The error does not repeat the host, because it may be a URL with a
    /// password.
    package func validate() throws(NATSError) {
        guard !host.isEmpty else { throw NATSError(.configuration, "the host is empty") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: "/") }) else {
            throw NATSError(
                .configuration,
                "the host contains invalid characters; use a host name or an IP address, without a scheme and without a login"
            )
        }
        guard (1...65535).contains(port) else {
            throw NATSError(.configuration, "port \(port) is out of range, use 1 to 65535")
        }
    }
}
