/// The URL of a server's HTTP monitoring: `http://HOST[:PORT][/BASE]`, or `https://…`.
enum MonitorURL {
    /// The URL without a slash at its end, and with its scheme in lower case.
    ///
    /// A login is not allowed, because the URL is displayed.
    static func normalized(_ text: String) throws(ServerAddressError) -> String {
        let parts = AddressParts(text[...])
        guard let scheme = parts.scheme, scheme == "http" || scheme == "https" else {
            throw ServerAddressError(.scheme, "expected a URL such as \"http://nats.example.org:8222\"")
        }
        guard parts.login == nil else {
            throw ServerAddressError(.login, "a monitoring URL must not contain a login, remove the part before the @")
        }
        var path = parts.path
        while path.last == "/" { path.removeLast() }
        guard path.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !path.contains("?"), !path.contains("#") else {
            throw ServerAddressError(
                .path,
                "a monitoring URL ends after the port or the server's http_base_path, remove what follows it"
            )
        }
        let (host, port) = try parts.hostAndPort()
        return "\(scheme)://\(AddressParts.endpoint(host: host, port: port))\(path)"
    }
}
