public import NATS

/// Where one cluster is reached, as given on the command line or in a configuration.
public struct ServerAddress: Sendable, Hashable {
    /// The port NATS servers listen on by default.
    public static let defaultPort = 4222

    /// The name given to the cluster, or nil.
    public let name: String?
    /// A host name or an IP address; IPv6 without its brackets.
    public let host: String
    /// The TCP port, 1 to 65535.
    public let port: Int
    /// Whether it is a `tls://` URL: nothing is sent to it that is not encrypted.
    public let requiresTLS: Bool
    /// The user and password, or the token, of a URL.
    public let login: Login?

    /// What a URL can carry before its `@`.
    public enum Login: Sendable, Hashable {
        /// `nats://user:password@host`
        case user(String, password: Secret)
        /// `nats://token@host`
        case token(Secret)
    }

    /// Puts an address together from checked parts.
    init(name: String? = nil, host: String, port: Int = defaultPort, requiresTLS: Bool = false, login: Login? = nil) {
        self.requiresTLS = requiresTLS
        self.name = name
        self.host = host
        self.port = port
        self.login = login
    }

    /// `host:port`, with IPv6 addresses in brackets. It never holds the login.
    public var endpoint: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Why a text names no server. The message repeats nothing of the text: what stands where the host or the port belongs is a
/// part of a password if somebody forgot the host, or has an unusual character in it.
public struct ServerAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of mistake it is. More kinds may be added, so a switch needs a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind, for logs.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The host is missing or has characters that no host has.
        public static let host = Code("host")
        /// The port is not a number of 1 to 65535.
        public static let port = Code("port")
        /// The name before `=` is missing or not printable.
        public static let name = Code("name")
        /// The URL's scheme is neither `nats` nor `tls`.
        public static let scheme = Code("scheme")
        /// The user, password or token of the URL is not usable.
        public static let login = Code("login")
        /// The URL goes on after the port.
        public static let path = Code("path")
    }

    /// What kind of mistake it is.
    public let code: Code
    /// What is wrong and what to write instead.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The same as ``message``.
    public var description: String { message }
}

// MARK: - Parsing

extension ServerAddress {
    /// Reads `[NAME=]HOST[:PORT]` or `[NAME=]nats://[USER:PASSWORD@|TOKEN@]HOST[:PORT]`, or `tls://…` likewise.
    ///
    /// IPv6 addresses stand in brackets. User, password and token may be percent-encoded, and the scheme may have any case
    /// (RFC 3986).
    ///
    /// - Throws: ``ServerAddressError`` that says what to write instead and repeats nothing of the text.
    public init(parsing text: String) throws(ServerAddressError) {
        var rest = text[...]
        var name: String?
        if let equals = Self.endOfName(in: text) {
            let given = text[..<equals]
            try Self.checkName(given)
            // Before an address a name with any of these is rather a part of a login.
            guard !given.contains(where: { ":@/".contains($0) }) else {
                throw ServerAddressError(.name, "the name before = looks like an address, use a word without : @ and /")
            }
            name = String(given)
            rest = text[text.index(after: equals)...]
        }

        var login: Login?
        var requiresTLS = false
        if let schemeEnd = Self.schemeEnd(in: rest) {
            let scheme = rest[..<schemeEnd].lowercased()
            guard scheme == "nats" || scheme == "tls" else {
                let name = Self.otherSchemes.contains(scheme) ? "the scheme \(scheme)://" : "the scheme before ://"
                throw ServerAddressError(.scheme, "\(name) is not supported, use nats://HOST:PORT or tls://HOST:PORT")
            }
            requiresTLS = scheme == "tls"
            rest = rest[rest.index(schemeEnd, offsetBy: 3)...]
            if let at = rest.lastIndex(of: "@") {
                login = try Self.login(rest[..<at])
                rest = rest[rest.index(after: at)...]
            }
            if rest.last == "/" { rest.removeLast() }
            guard !rest.contains(where: { "/?#".contains($0) }) else {
                throw ServerAddressError(.path, "a server's URL ends after the port, remove what follows it")
            }
        } else if rest.contains("@") {
            throw ServerAddressError(.login, "a login is read from a URL only, which begins with nats:// or tls://")
        }

        let (host, port) = try Self.split(rest, isBehindLogin: login != nil)
        self.init(name: name, host: host, port: port, requiresTLS: requiresTLS, login: login)
    }

    /// Schemes that people write and that can be repeated, since they hold no login.
    private static let otherSchemes: Set<String> = ["ws", "wss", "http", "https", "mqtt", "amqp", "redis", "tcp", "nats+tls"]

    /// The `=` after a name: one that stands before any URL, so that a token may hold the character.
    private static func endOfName(in text: String) -> String.Index? {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        if let scheme = schemeEnd(in: text[...]), scheme < equals { return nil }
        return equals
    }

    /// The position of the first `://`.
    private static func schemeEnd(in text: Substring) -> Substring.Index? {
        text.indices.first { text[$0...].hasPrefix("://") }
    }

    static func checkName(_ name: some StringProtocol) throws(ServerAddressError) {
        guard !name.isEmpty, name.utf8.count <= 64, name.unicodeScalars.allSatisfy(isGraphic) else {
            throw ServerAddressError(
                .name,
                "the name is not usable, use 1 to 64 bytes without spaces and control characters"
            )
        }
        guard !UserInfo.isPossible(in: String(name)) else {
            throw ServerAddressError(.name, "the name looks like an address with a login, use a short word")
        }
    }

    /// `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`.
    private static func split(
        _ text: Substring,
        isBehindLogin: Bool
    ) throws(ServerAddressError) -> (host: String, port: Int) {
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else {
                throw ServerAddressError(.host, "the bracket of the IPv6 address is not closed, use [ADDRESS]:PORT")
            }
            let host = String(text[text.index(after: text.startIndex)..<close])
            guard host.contains(":") else {
                throw ServerAddressError(.host, "what the brackets hold is no IPv6 address, write a host name without them")
            }
            try checkHost(host)
            let rest = text[text.index(after: close)...]
            if rest.isEmpty { return (host, defaultPort) }
            guard rest.first == ":" else {
                throw ServerAddressError(.port, "something else than a port follows the bracket, use [ADDRESS]:PORT")
            }
            return (host, try port(rest.dropFirst(), isBehindLogin))
        }
        guard let colon = text.firstIndex(of: ":") else {
            try checkHost(text)
            return (String(text), defaultPort)
        }
        guard colon == text.lastIndex(of: ":") else {
            throw ServerAddressError(
                .host,
                "there are several colons, write an IPv6 address in brackets: [ADDRESS]:PORT"
            )
        }
        let host = text[..<colon]
        try checkHost(host)
        return (String(host), try port(text[text.index(after: colon)...], isBehindLogin))
    }

    /// Checks a host name or an IP address for the characters that either can have.
    static func checkHost(_ host: some StringProtocol) throws(ServerAddressError) {
        guard !host.isEmpty else { throw ServerAddressError(.host, "the host is missing, use HOST or HOST:PORT") }
        // 253: the longest name in DNS (RFC 1035), and longer than any IP address with a zone.
        guard host.utf8.count <= 253, host.unicodeScalars.allSatisfy(isHostScalar) else {
            throw ServerAddressError(
                .host,
                "the host is not a host name or an IP address alone, write it without scheme, login and path"
            )
        }
        // A zone such as %eth0 may follow an IPv6 address (RFC 4007) and have other letters.
        let address = host.prefix { $0 != "%" }
        let colons = address.count { $0 == ":" }
        guard colons == 0 || colons > 1 && address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
            throw ServerAddressError(
                .host,
                "the host is not a host name or an IP address alone, the port goes elsewhere"
            )
        }
    }

    /// Checks the name to demand of a certificate.
    static func checkServerName(_ name: String) throws(ServerAddressError) {
        try checkHost(name)
        let isAddress = name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
        guard !isAddress, name.unicodeScalars.allSatisfy(\.isASCII) else {
            throw ServerAddressError(
                .host,
                "the name of a certificate is a host name in ASCII, not an IP address; leave it out to use the host"
            )
        }
    }

    private static func port(_ text: Substring, _ isBehindLogin: Bool) throws(ServerAddressError) -> Int {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let number = Int(text), (1...65535).contains(number) else {
            let login = isBehindLogin ? "" : "; if it is a password, the host is missing: USER:PASSWORD@HOST"
            throw ServerAddressError(.port, "what follows the host's colon is not a port, use 1 to 65535" + login)
        }
        return number
    }

    private static func login(_ text: Substring) throws(ServerAddressError) -> Login {
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
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw ServerAddressError(
                    .login,
                    "a % in the login must be followed by two hexadecimal digits, write %25 for itself"
                )
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !decoded.unicodeScalars.contains(where: { $0.value < 0x20 })
        else {
            throw ServerAddressError(.login, "the login is not printable text after its %XX are decoded")
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
    }

    private static func isHostScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar.properties.isAlphabetic || "0123456789.-_:%".unicodeScalars.contains(scalar) : isGraphic(scalar)
    }

    private static func isGraphic(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
    }
}
