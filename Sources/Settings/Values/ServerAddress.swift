import RouletteNATS
import TextCoding

/// The address of a load balancer or a server, as given on the command line or in a configuration.
public struct ServerAddress: Sendable, Hashable {
    /// The port NATS servers listen on by default.
    public static let defaultPort = 4222

    /// The name given to the cluster, or nil.
    public let name: String?
    /// A host name or an IP address. An IPv6 address has no brackets.
    public let host: String
    /// The TCP port, 1 to 65535.
    public let port: Int
    /// Whether the address is a `tls://` URL. Nothing is sent to it without encryption.
    public let requiresTLS: Bool
    /// The user and password, or the token, of a URL.
    public let login: Profile.Login?

    /// Creates an address from valid parts.
    init(name: String? = nil, host: String, port: Int = defaultPort, requiresTLS: Bool = false, login: Profile.Login? = nil) {
        self.requiresTLS = requiresTLS
        self.name = name
        self.host = host
        self.port = port
        self.login = login
    }

    /// The host and the port.
    var address: NATSClientConfiguration.Address { .init(host: host, port: port) }

    /// `host:port`, with IPv6 addresses in brackets. It never contains the login.
    public var endpoint: String {
        AddressParts.endpoint(host: host, port: port)
    }
}

// MARK: - Parsing

extension ServerAddress {
    /// Reads `[NAME=]HOST[:PORT]` or `[NAME=]nats://[USER:PASSWORD@|TOKEN@]HOST[:PORT]`, or `tls://…` likewise.
    ///
    /// IPv6 addresses are written in brackets. User, password and token may be percent-encoded, and the scheme may have any case
    /// (RFC 3986).
    ///
    /// - Throws: ``ServerAddressError`` with advice. Its message repeats no part of the text.
    public init(parsing text: String) throws(ServerAddressError) {
        var rest = text[...]
        var name: String?
        if let equals = Self.endOfName(in: text) {
            let given = text[..<equals]
            try Self.checkName(given)
            // A name with one of these characters is more likely part of a login.
            guard !given.contains(where: { ":@/".contains($0) }) else {
                throw ServerAddressError(.name, "the name before = looks like an address, use a word without : @ and /")
            }
            name = String(given)
            rest = text[text.index(after: equals)...]
        }

        let parts = AddressParts(rest)
        if let scheme = parts.scheme, scheme != "nats", scheme != "tls" {
            let name = Self.otherSchemes.contains(scheme) ? "the scheme \(scheme)://" : "the scheme before ://"
            throw ServerAddressError(.scheme, "\(name) is not supported, use nats://HOST:PORT or tls://HOST:PORT")
        }
        guard parts.scheme != nil || !parts.authority.contains("@") else {
            throw ServerAddressError(.login, "a login is allowed only in a URL, which begins with nats:// or tls://")
        }
        var login: Profile.Login?
        if let text = parts.login { login = try Self.login(text) }
        guard ["", "/"].contains(parts.path) else {
            throw ServerAddressError(.path, "a server's URL ends after the port, remove what follows it")
        }
        let (host, port): (String, Int?)
        do throws(AddressError) {
            (host, port) = try parts.hostAndPort()
        } catch {
            throw ServerAddressError(error)
        }
        self.init(
            name: name,
            host: host,
            port: port ?? Self.defaultPort,
            requiresTLS: parts.scheme == "tls",
            login: login
        )
    }

    /// Schemes that users write by mistake. A message may repeat them, because they cannot be part of a login.
    private static let otherSchemes: Set<String> = ["ws", "wss", "http", "https", "mqtt", "amqp", "redis", "tcp", "nats+tls"]

    /// The position of the `=` after a name. An `=` inside a URL does not count, because a token may contain it.
    private static func endOfName(in text: String) -> String.Index? {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        if let scheme = text.firstRange(of: "://"), scheme.lowerBound < equals { return nil }
        return equals
    }

    /// Checks the name of a cluster.
    static func checkName(_ name: some StringProtocol) throws(ServerAddressError) {
        guard !name.isEmpty, name.utf8.count <= 64, name.unicodeScalars.allSatisfy(AddressParts.isGraphic) else {
            throw ServerAddressError(
                .name,
                "the name is not usable, use 1 to 64 bytes without spaces and control characters"
            )
        }
        guard !UserInfo.isPossible(in: String(name)) else {
            throw ServerAddressError(.name, "the name looks like an address with a login, use a short word")
        }
    }

    /// Checks that a host has only characters that are possible in a host name or an IP address.
    static func checkHost(_ host: some StringProtocol) throws(ServerAddressError) {
        do throws(AddressError) {
            try AddressParts.checkHost(host)
        } catch {
            throw ServerAddressError(error)
        }
    }

    /// Checks a name that a certificate must have.
    static func checkServerName(_ name: String) throws(ServerAddressError) {
        try checkHost(name)
        let isAddress = name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
        guard !isAddress, name.unicodeScalars.allSatisfy(\.isASCII) else {
            throw ServerAddressError(
                .host,
                "the server name must be an ASCII host name, not an IP address; leave it out to use the host"
            )
        }
    }

    private static func login(_ text: Substring) throws(ServerAddressError) -> Profile.Login {
        guard let colon = text.firstIndex(of: ":") else {
            let token = try percentDecoded(text)
            guard !token.isEmpty else { throw ServerAddressError(.login, "the token before @ is empty, remove the @") }
            return .token(Secret(token))
        }
        let user = try percentDecoded(text[..<colon])
        guard !user.isEmpty else { throw ServerAddressError(.login, "the user before the password is empty") }
        return .user(user, password: Secret(try percentDecoded(text[text.index(after: colon)...])))
    }

    private static func percentDecoded(_ text: Substring) throws(ServerAddressError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexadecimalDigit), let low = rest.popFirst().flatMap(hexadecimalDigit) else {
                throw ServerAddressError(
                    .login,
                    "a % in the login must be followed by two hexadecimal digits, write %25 for a literal %"
                )
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !decoded.unicodeScalars.contains(where: { $0.value < 0x20 })
        else {
            throw ServerAddressError(.login, "the login is not printable text after its %XX escapes are decoded")
        }
        return decoded
    }
}
