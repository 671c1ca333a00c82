/// The parts of an address or a URL: `HOST[:PORT]` or `SCHEME://[LOGIN@]HOST[:PORT][PATH]`.
///
/// All addresses in settings are split here, those of servers and those of monitoring.
struct AddressParts {
    /// The scheme in lower case, or nil for an address without a scheme.
    let scheme: String?
    /// The part before the last `@` of a URL, still percent-encoded.
    let login: Substring?
    /// The host and the port as written.
    let authority: Substring
    /// The part after the authority of a URL, which begins with `/`, `?` or `#`.
    let path: Substring

    /// Splits a text. It does not check the parts.
    init(_ text: Substring) {
        guard let separator = text.firstRange(of: "://") else {
            (scheme, login, authority, path) = (nil, nil, text, "")
            return
        }
        scheme = text[..<separator.lowerBound].lowercased()
        var rest = text[separator.upperBound...]
        if let at = rest.lastIndex(of: "@") {
            login = rest[..<at]
            rest = rest[rest.index(after: at)...]
        } else {
            login = nil
        }
        authority = rest.prefix { !"/?#".contains($0) }
        path = rest[authority.endIndex...]
    }

    /// The host, without the brackets of an IPv6 address, and the port if there is one.
    func hostAndPort() throws(ServerAddressError) -> (host: String, port: Int?) {
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else {
                throw ServerAddressError(.host, "the bracket of the IPv6 address is not closed, use [ADDRESS]:PORT")
            }
            let host = String(authority[authority.index(after: authority.startIndex)..<close])
            guard host.contains(":") else {
                throw ServerAddressError(.host, "the text in brackets is not an IPv6 address, write a host name without brackets")
            }
            try ServerAddress.checkHost(host)
            let rest = authority[authority.index(after: close)...]
            if rest.isEmpty { return (host, nil) }
            guard rest.first == ":" else {
                throw ServerAddressError(.port, "only a port may follow the bracket, use [ADDRESS]:PORT")
            }
            return (host, try port(rest.dropFirst()))
        }
        guard let colon = authority.firstIndex(of: ":") else {
            try ServerAddress.checkHost(authority)
            return (String(authority), nil)
        }
        guard colon == authority.lastIndex(of: ":") else {
            throw ServerAddressError(
                .host,
                "there are several colons, write an IPv6 address in brackets: [ADDRESS]:PORT"
            )
        }
        let host = authority[..<colon]
        try ServerAddress.checkHost(host)
        return (String(host), try port(authority[authority.index(after: colon)...]))
    }

    private func port(_ text: Substring) throws(ServerAddressError) -> Int {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let number = Int(text), (1...65535).contains(number) else {
            let hint = login == nil ? "; if it is a password, the host is missing: USER:PASSWORD@HOST" : ""
            throw ServerAddressError(.port, "the text after the host's colon is not a port, use 1 to 65535" + hint)
        }
        return number
    }

    /// Returns a host and a port in the usual notation, with IPv6 addresses in brackets.
    static func endpoint(host: String, port: Int?) -> String {
        let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port.map { "\(host):\($0)" } ?? host
    }
}
