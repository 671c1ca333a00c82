extension ProfileServer {
    /// Reads one element of `servers`: a table, or a string with a host and an optional port.
    static func decode(
        _ node: TOMLNode,
        _ settings: [Setting<ProfileServer>],
        in parent: inout TableReader
    ) -> ProfileServer? {
        switch node.value {
        case .string:
            return parent.cluster(node).map { ProfileServer($0) }
        case .table:
            var reader = parent.reader(of: node)
            let server = decode(from: &reader, settings)
            parent.note(contentsOf: reader.finish())
            return server
        default:
            parent.note(node, "expected \"HOST\", \"HOST:PORT\" or a table with host and port, found \(node.kind)")
            return nil
        }
    }

    private static func decode(from reader: inout TableReader, _ settings: [Setting<ProfileServer>]) -> ProfileServer? {
        // Neither value is valid in a file. If one of them is still there at the end, its key was missing or invalid.
        var server = ProfileServer(host: "", port: 0)
        for setting in settings { setting.read(&reader, &server) }
        if reader.value("host") == nil, reader.value("hosts") == nil {
            reader.note(reader.node, "has no host, add host = \"…\"")
        }
        if server.port == 0, reader.value("port") == nil { server.port = ServerAddress.defaultPort }
        return server.host.isEmpty || server.port == 0 ? nil : server
    }
}

extension TableReader {
    /// Reads an array of addresses without names and logins. Other elements are reported and left out.
    mutating func addresses(_ node: TOMLNode) -> [ServerAddress] {
        (strings(node) ?? []).compactMap { node, _ in
            address(node) { text throws(ServerAddressError) in try ServerAddress(parsing: text) }
        }
    }

    /// Reads the addresses of a cluster, separated by commas, without a name and logins.
    fileprivate mutating func cluster(_ node: TOMLNode) -> ClusterAddress? {
        address(node) { text throws(ServerAddressError) in try ClusterAddress(parsing: text) }
    }

    private mutating func address<Address>(
        _ node: TOMLNode,
        _ parse: (String) throws(ServerAddressError) -> Address
    ) -> Address? {
        guard let text = SettingFormat<String>.string.read(node, &self) else { return nil }
        guard !text.contains("@"), !text.contains("=") else {
            note(node, "expected \"HOST\" or \"HOST:PORT\"; a name and a login have keys of their own")
            return nil
        }
        do {
            return try parse(text)
        } catch {
            note(node, error.message)
            return nil
        }
    }
}
