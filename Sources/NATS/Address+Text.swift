extension NATSClientConfiguration.Address {
    /// `host:port` or `[IPv6]:port`, as servers announce themselves; nil for anything else.
    package init?(hostAndPort text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.utf8.first == UInt8(ascii: "[") && host.utf8.last == UInt8(ascii: "]")
        if isBracketed { host = host.dropFirst().dropLast() }
        // Without brackets nobody can tell the port from the last part of an IPv6 address.
        guard isBracketed || !host.utf8.contains(UInt8(ascii: ":")) else { return nil }
        // Letters, digits and what host names and IP addresses are made of: it is going to be resolved and shown.
        let allowed = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "%"):
                true
            default: false
            }
        }
        guard allowed, (1...253).contains(host.utf8.count) else { return nil }
        self.init(host: String(host), port: Int(port))
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
