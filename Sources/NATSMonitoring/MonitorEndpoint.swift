/// The address of a server's HTTP monitoring (`http_port` or `https_port` of nats-server).
public struct MonitorEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// Whether the endpoint uses HTTPS.
    public let isSecure: Bool
    /// A host name or an IP address. IPv6 addresses have no brackets.
    public let host: String
    /// The TCP port, 1 to 65535.
    public let port: Int
    /// The server's `http_base_path`: empty, or with a slash before it and none after it.
    public let basePath: String

    /// Parses `http://HOST:PORT[/BASE]` or `https://…`. The default port is 8222, the usual port of nats-server.
    ///
    /// - Throws: ``MonitorError/Code/url`` with the expected format.
    public init(_ url: String) throws(MonitorError) {
        let rule = "write http://HOST:8222 or https://HOST:8222"
        guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }) else {
            throw MonitorError(.url, "the monitoring URL has no http:// before it; \(rule)")
        }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        guard !authority.contains("@") else {
            throw MonitorError(.url, "a monitoring URL has no login; \(rule)")
        }
        guard path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !path.contains("?"), !path.contains("#") else {
            throw MonitorError(.url, "the monitoring URL ends after the base path; \(rule)")
        }
        guard let (host, port) = Self.split(authority) else {
            throw MonitorError(.url, "the monitoring URL has no usable host and port; \(rule)")
        }
        self.isSecure = scheme == "https://"
        self.host = host
        self.port = port
        self.basePath = path.hasSuffix("/") ? String(path.dropLast()) : String(path)
    }

    private static func split(_ authority: Substring) -> (host: String, port: Int)? {
        var host = authority
        var port = 8222
        let portStart = authority.lastIndex(of: ":").flatMap { colon in
            authority[colon...].contains("]") ? nil : colon
        }
        if let portStart {
            guard let number = UInt16(authority[authority.index(after: portStart)...]), number > 0 else { return nil }
            host = authority[..<portStart]
            port = Int(number)
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        let isUsable = host.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789.-_:%".unicodeScalars.contains(scalar))
        }
        guard isUsable, !host.isEmpty, isBracketed || !host.contains(":") else { return nil }
        return (String(host), port)
    }

    /// The URL.
    public var description: String { "\(isSecure ? "https" : "http")://\(authority)\(basePath)" }

    /// Host and port in the form for URLs and the `Host` header.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
