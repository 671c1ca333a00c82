/// The parts of an address or a URL: `HOST[:PORT]` or `SCHEME://[LOGIN@]HOST[:PORT][PATH]`.
///
/// The only parser of addresses: those of settings, of the library's configuration, of monitoring URLs, and those that servers
/// announce.
package struct AddressParts {
    /// The scheme in lower case, or nil for an address without a scheme.
    package let scheme: String?
    /// The part before the last `@` of a URL, still percent-encoded.
    package let login: Substring?
    /// The host and the port as written.
    package let authority: Substring
    /// The part after the authority of a URL, which begins with `/`, `?` or `#`.
    package let path: Substring

    /// Splits a text. It does not check the parts.
    package init(_ text: Substring) {
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

    /// Takes a text as a host and a port, without a scheme.
    package init(authority text: String) {
        (scheme, login, authority, path) = (nil, nil, text[...], "")
    }

    /// The host, without the brackets of an IPv6 address, and the port if there is one.
    package func hostAndPort() throws(AddressError) -> (host: String, port: Int?) {
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else {
                throw AddressError(.host, "the bracket of the IPv6 address is not closed, use [ADDRESS]:PORT")
            }
            let host = String(authority[authority.index(after: authority.startIndex)..<close])
            guard host.contains(":") else {
                throw AddressError(.host, "the text in brackets is not an IPv6 address, write a host name without brackets")
            }
            try Self.checkHost(host)
            let rest = authority[authority.index(after: close)...]
            if rest.isEmpty { return (host, nil) }
            guard rest.first == ":" else {
                throw AddressError(.port, "only a port may follow the bracket, use [ADDRESS]:PORT")
            }
            return (host, try port(rest.dropFirst()))
        }
        guard let colon = authority.firstIndex(of: ":") else {
            try Self.checkHost(authority)
            return (String(authority), nil)
        }
        guard colon == authority.lastIndex(of: ":") else {
            throw AddressError(
                .host,
                "there are several colons, write an IPv6 address in brackets: [ADDRESS]:PORT"
            )
        }
        let host = authority[..<colon]
        try Self.checkHost(host)
        return (String(host), try port(authority[authority.index(after: colon)...]))
    }

    private func port(_ text: Substring) throws(AddressError) -> Int {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let number = Int(text), (1...65535).contains(number) else {
            // Monitoring URLs must not contain a login, so they get no advice to write one.
            let isMonitoring = scheme == "http" || scheme == "https"
            let hint = login == nil && !isMonitoring ? "; if it is a password, the host is missing: USER:PASSWORD@HOST" : ""
            throw AddressError(.port, "the text after the host's colon is not a port, use 1 to 65535" + hint)
        }
        return number
    }

    /// Returns a host and a port in the usual notation, with IPv6 addresses in brackets.
    package static func endpoint(host: String, port: Int?) -> String {
        let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port.map { "\(host):\($0)" } ?? host
    }

    /// Checks that a host has only characters that are possible in a host name or an IP address.
    package static func checkHost(_ host: some StringProtocol) throws(AddressError) {
        guard !host.isEmpty else { throw AddressError(.host, "the host is missing, use HOST or HOST:PORT") }
        // 253: the longest name in DNS (RFC 1035), and longer than any IP address with a zone.
        guard host.utf8.count <= 253, host.unicodeScalars.allSatisfy(isHostScalar) else {
            throw AddressError(
                .host,
                "the host must be only a host name or an IP address, without scheme, login and path"
            )
        }
        // A zone such as %eth0 may follow an IPv6 address (RFC 4007) and have other letters.
        let address = host.prefix { $0 != "%" }
        let colons = address.count { $0 == ":" }
        guard colons == 0 || colons > 1 && address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
            throw AddressError(.host, "the host must be only a host name or an IP address, set the port separately")
        }
    }

    private static func isHostScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar.properties.isAlphabetic || "0123456789.-_:%".unicodeScalars.contains(scalar) : isGraphic(scalar)
    }

    /// Whether a character is visible: no control character, no invisible one and no space.
    package static func isGraphic(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
    }
}

/// The reason why a text has no usable host and port.
///
/// The message repeats nothing of the text, because what is in the place of the host or the port may be a part of a password.
package struct AddressError: Error {
    /// The part that is not usable.
    package enum Part {
        case host
        case port
    }

    /// The part that is not usable.
    package let part: Part
    /// What is wrong and what to write instead.
    package let message: String

    init(_ part: Part, _ message: String) {
        self.part = part
        self.message = message
    }
}
