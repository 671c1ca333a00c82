import NATS

extension Profile {
    /// Reads `[profiles.NAME]`. Problems are noted; the profile is nil if it has no usable servers.
    static func decode(
        _ name: String,
        _ node: TOMLNode,
        file: String,
        resolvePath: (String) -> String
    ) -> (profile: Profile?, problems: [SettingsProblem]) {
        var reader = TableReader(node, file: file)
        var profile = Profile(name: name, servers: [])

        profile.environment = reader.choice("environment") ?? profile.environment
        profile.allowPublish = reader.boolean("allow_publish") ?? (profile.environment != .production)
        profile.naming = reader.choice("naming") ?? profile.naming
        profile.role = reader.choice("role") ?? profile.role
        profile.poolSize = reader.integer("pool_size", in: 1...1000) ?? profile.poolSize
        profile.pingInterval =
            reader.duration("ping_interval", in: .milliseconds(100) ... .seconds(3600)) ?? profile.pingInterval
        profile.maxPingFailure = reader.integer("max_ping_failure", in: 1...100) ?? profile.maxPingFailure
        profile.maxRetry = reader.integer("max_retry", in: 0...1000) ?? profile.maxRetry
        profile.readBackoff(from: &reader)
        profile.subscriptionRestart = reader.choice("subscription_restart") ?? profile.subscriptionRestart
        profile.connectionTimeout =
            reader.duration("connection_timeout", in: .milliseconds(10) ... .seconds(600)) ?? profile.connectionTimeout
        profile.elixirCompatibleTopics = reader.boolean("elixir_compatible_topics") ?? profile.elixirCompatibleTopics
        profile.theme = reader.text("theme")
        profile.readWatch(from: &reader)
        profile.keepsHistory = reader.boolean("history") ?? profile.keepsHistory
        profile.readLogin(from: &reader, resolvePath: resolvePath)
        profile.readTLS(from: &reader, resolvePath: resolvePath)
        profile.readServers(from: &reader)

        return (profile.servers.isEmpty ? nil : profile, reader.finish())
    }

    private mutating func readBackoff(from reader: inout TableReader) {
        let limits: ClosedRange<Duration> = .milliseconds(1) ... .seconds(3600)
        let base = reader.duration("base_backoff", in: limits)
        let longest = reader.duration("max_backoff", in: limits)
        baseBackoff = base ?? baseBackoff
        maxBackoff = longest ?? maxBackoff
        guard baseBackoff > maxBackoff, let node = reader.value(base == nil ? "max_backoff" : "base_backoff") else { return }
        reader.note(
            node,
            "base_backoff (\(DurationText.format(baseBackoff))) is longer than max_backoff "
                + "(\(DurationText.format(maxBackoff))), swap or change them"
        )
    }

    private mutating func readWatch(from reader: inout TableReader) {
        for (node, pattern) in reader.strings("watch") ?? [] {
            let tokens = pattern.split(separator: ".", omittingEmptySubsequences: false)
            if tokens.contains("") || pattern.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) {
                reader.note(node, "\(quoted(pattern)) is not a topic pattern, use tokens such as \"orders.*\" or \"orders.>\"")
            } else if tokens.dropLast().contains(">") {
                reader.note(node, "\(quoted(pattern)) has > before its end, use * for one token")
            } else {
                watch.append(pattern)
            }
        }
    }

    private mutating func readServers(from reader: inout TableReader) {
        guard let list = reader.value("servers") else {
            reader.note(reader.node, "has no servers, add [[\(reader.node.path.appending("servers"))]] with host = \"…\"")
            return
        }
        guard case .array(let entries) = list.value else {
            reader.note(list, "expected an array of servers, found \(list.kind)")
            return
        }
        guard !entries.isEmpty else {
            reader.note(list, "is empty, add a server such as \"nats.example.org:4222\"")
            return
        }
        let decoded = entries.map { ProfileServer.decode($0, in: &reader) }
        servers = decoded.compactMap(\.self)
        // A list with a broken entry has shifted positions, so that the messages below would name wrong ones.
        guard servers.count == entries.count else { return }
        if tls.mode == .disabled, let plain = servers.firstIndex(where: \.requiresTLS) {
            reader.note(entries[plain], "tls = true and a profile with tls = \"off\" exclude each other, remove one")
        }
        for conflict in ServerList.conflicts(in: servers, naming: naming) {
            reader.note(entries[conflict.index], conflict.message)
        }
    }
}

extension ProfileServer {
    /// Reads one element of `servers`: a table, or a string with a host and perhaps a port.
    fileprivate static func decode(_ node: TOMLNode, in parent: inout TableReader) -> ProfileServer? {
        switch node.value {
        case .string(let text):
            return decode(text, node, in: &parent)
        case .table:
            var reader = TableReader(node, file: parent.file)
            let server = decode(from: &reader)
            parent.note(contentsOf: reader.finish())
            return server
        default:
            parent.note(node, "expected \"HOST\", \"HOST:PORT\" or a table with host and port, found \(node.kind)")
            return nil
        }
    }

    private static func decode(_ text: String, _ node: TOMLNode, in parent: inout TableReader) -> ProfileServer? {
        guard !text.contains("@"), !text.contains("=") else {
            // The text may hold a password, so it is not repeated.
            parent.note(node, "expected \"HOST\" or \"HOST:PORT\"; a name and a login have keys of their own")
            return nil
        }
        do {
            let address = try ServerAddress(parsing: text)
            return ProfileServer(host: address.host, port: address.port, requiresTLS: address.requiresTLS)
        } catch {
            parent.note(node, error.message)
            return nil
        }
    }

    private static func decode(from reader: inout TableReader) -> ProfileServer? {
        let name = checked(reader.text("name"), key: "name", &reader, ServerAddress.checkName)
        let host = checked(reader.text("host"), key: "host", &reader, ServerAddress.checkHost)
        if host == nil, reader.value("host") == nil {
            reader.note(reader.node, "has no host, add host = \"…\"")
        }
        let hasPort = reader.value("port") != nil
        let port = reader.integer("port", in: 1...65535)
        let monitor = readMonitor(from: &reader)
        let requiresTLS = reader.boolean("tls") ?? false
        guard let host, !hasPort || port != nil else { return nil }
        return ProfileServer(
            name: name,
            host: host,
            port: port ?? ServerAddress.defaultPort,
            monitor: monitor,
            requiresTLS: requiresTLS
        )
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

    /// `http://HOST:PORT`, without a login: it would be shown with the URL.
    private static func readMonitor(from reader: inout TableReader) -> String? {
        guard let text = reader.text("monitor"), let node = reader.value("monitor") else { return nil }
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else {
            reader.note(node, "expected a URL such as \"http://nats.example.org:8222\"")
            return nil
        }
        var authority = text.dropFirst(scheme.count)
        if authority.last == "/" { authority.removeLast() }
        guard !authority.contains("@") else {
            reader.note(node, "a monitoring URL must not hold a login, remove what stands before the @")
            return nil
        }
        do {
            guard !authority.contains(where: { "/?#=".contains($0) }) else {
                reader.note(node, "a monitoring URL ends after the port, remove what follows it")
                return nil
            }
            _ = try ServerAddress(parsing: String(authority))
            return scheme + authority
        } catch {
            reader.note(node, error.message)
            return nil
        }
    }
}
