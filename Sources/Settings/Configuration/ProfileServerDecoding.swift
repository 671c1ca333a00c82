import NATS

extension ProfileServer {
    /// Reads one element of `servers`: a table, or a string with a host and perhaps a port.
    static func decode(
        _ node: TOMLNode,
        of profile: Profile,
        in parent: inout TableReader,
        resolvePath: (String) -> String
    ) -> ProfileServer? {
        switch node.value {
        case .string:
            guard let address = address(node, in: &parent) else { return nil }
            return ProfileServer(host: address.host, port: address.port, requiresTLS: address.requiresTLS)
        case .table:
            var reader = TableReader(node, file: parent.file)
            let server = decode(from: &reader, of: profile, resolvePath: resolvePath)
            parent.note(contentsOf: reader.finish())
            return server
        default:
            parent.note(node, "expected \"HOST\", \"HOST:PORT\" or a table with host and port, found \(node.kind)")
            return nil
        }
    }

    /// An address without name and login.
    private static func address(_ node: TOMLNode, in reader: inout TableReader) -> ServerAddress? {
        guard let text = reader.string(node) else { return nil }
        guard !text.contains("@"), !text.contains("=") else {
            reader.note(node, "expected \"HOST\" or \"HOST:PORT\"; a name and a login have keys of their own")
            return nil
        }
        do {
            return try ServerAddress(parsing: text)
        } catch {
            reader.note(node, error.message)
            return nil
        }
    }

    private static func decode(
        from reader: inout TableReader,
        of profile: Profile,
        resolvePath: (String) -> String
    ) -> ProfileServer? {
        let name = checked(reader.text("name"), key: "name", &reader, ServerAddress.checkName)
        let host = checked(reader.text("host"), key: "host", &reader, ServerAddress.checkHost)
        if host == nil, reader.value("host") == nil {
            reader.note(reader.node, "has no host, add host = \"…\"")
        }
        let hasPort = reader.value("port") != nil
        let port = reader.integer("port", in: 1...65535)
        let monitor = readMonitor(from: &reader)
        var server = ProfileServer(name: name, host: host ?? "", port: port ?? ServerAddress.defaultPort, monitor: monitor)
        server.readAlternatives(from: &reader)
        server.login = reader.login(resolvePath: resolvePath)
        server.inboxPrefix = reader.inboxPrefix()
        server.readTLS(from: &reader, of: profile, resolvePath: resolvePath)
        guard host != nil, !hasPort || port != nil else { return nil }
        return server
    }

    /// `tls` is true, or when the connection is encrypted, as for a profile.
    private mutating func readTLS(from reader: inout TableReader, of profile: Profile, resolvePath: (String) -> String) {
        var mode: Profile.TLSMode?
        if let node = reader.value("tls") {
            switch node.value {
            case .boolean(let flag): requiresTLS = requiresTLS || flag
            case .string: mode = reader.choice(node)
            default: reader.note(node, "expected true, \"auto\", \"required\", \"first\" or \"off\", found \(node.kind)")
            }
        }
        tls = reader.tls(over: profile.tls, mode: mode, resolvePath: resolvePath)
        if mode == .off, requiresTLS, let node = reader.value("alternatives") {
            reader.note(node, "a tls:// address and tls = \"off\" exclude each other, remove one")
        }
    }

    /// Other servers of the cluster. One that is `tls://` makes all of them so: a login must not go to whichever answers in
    /// plain text.
    private mutating func readAlternatives(from reader: inout TableReader) {
        for (node, _) in reader.strings("alternatives") ?? [] {
            guard let address = Self.address(node, in: &reader) else { continue }
            alternatives.append(.init(host: address.host, port: address.port))
            requiresTLS = requiresTLS || address.requiresTLS
        }
    }

    private static func checked(
        _ text: String?,
        key: String,
        _ reader: inout TableReader,
        _ check: (String) throws(ServerAddressError) -> Void
    ) -> String? {
        guard let text, let node = reader.value(key) else { return nil }
        do {
            try check(text)
            return text
        } catch {
            reader.note(node, error.message)
            return nil
        }
    }

    /// `http://HOST:PORT[/BASE]`, without a login: it would be shown with the URL.
    private static func readMonitor(from reader: inout TableReader) -> String? {
        guard let text = reader.text("monitor"), let node = reader.value("monitor") else { return nil }
        let lowercased = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lowercased.hasPrefix) else {
            reader.note(node, "expected a URL such as \"http://nats.example.org:8222\"")
            return nil
        }
        let rest = text.dropFirst(scheme.count)
        guard !rest.contains("@") else {
            reader.note(node, "a monitoring URL must not hold a login, remove what stands before the @")
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        var path = rest[authority.endIndex...]
        while path.last == "/" { path.removeLast() }
        do {
            guard !authority.contains("="), path.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !path.contains("?"), !path.contains("#"),
                !authority.contains("?"), !authority.contains("#")
            else {
                reader.note(node, "a monitoring URL ends after the port or the server's http_base_path, remove what follows it")
                return nil
            }
            _ = try ServerAddress(parsing: String(authority))
            return scheme + authority + path
        } catch {
            reader.note(node, error.message)
            return nil
        }
    }
}
