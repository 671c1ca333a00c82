import TextCoding

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

    /// Parses `http://HOST[:PORT][/BASE]` or `https://…`. The default port is 8222, the usual port of nats-server.
    ///
    /// A login is an error, because the URL is shown.
    ///
    /// - Throws: ``MonitorError/Code/url`` with what to write instead. It repeats nothing of the text.
    public init(_ url: String) throws(MonitorError) {
        let parts = AddressParts(url[...])
        guard let scheme = parts.scheme, scheme == "http" || scheme == "https" else {
            throw MonitorError(.url, "a monitoring URL begins with http:// or https://, write http://HOST:8222")
        }
        guard parts.login == nil else {
            throw MonitorError(.url, "a monitoring URL must not contain a login, write http://HOST:8222")
        }
        var path = parts.path
        while path.last == "/" { path.removeLast() }
        guard path.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !path.contains("?"), !path.contains("#") else {
            throw MonitorError(
                .url,
                "a monitoring URL ends after the port or the server's http_base_path, write http://HOST:8222 or "
                    + "http://HOST:8222/BASE"
            )
        }
        do throws(AddressError) {
            let (host, port) = try parts.hostAndPort()
            isSecure = scheme == "https"
            self.host = host
            self.port = port ?? 8222
            basePath = String(path)
        } catch {
            throw MonitorError(.url, "\(error.message); a monitoring URL has the form http://HOST:8222")
        }
    }

    /// The URL.
    public var description: String { "\(isSecure ? "https" : "http")://\(authority)\(basePath)" }

    /// Host and port in the form for URLs and the `Host` header.
    var authority: String { AddressParts.endpoint(host: host, port: port) }
}
