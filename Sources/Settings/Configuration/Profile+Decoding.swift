extension Profile {
    /// Reads `[profiles.NAME]`. Reports problems, and returns nil if the profile has no usable servers.
    static func decode(_ name: String, _ node: TOMLNode, in parent: inout TableReader) -> Profile? {
        var reader = parent.reader(of: node)
        var profile = Profile(name: name, servers: [])
        for setting in settings { setting.read(&reader, &profile) }
        // Servers inherit from the profile, so they are read last.
        profile.readServers(from: &reader)
        parent.note(contentsOf: reader.finish())
        return profile.servers.isEmpty ? nil : profile
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
        let settings = ProfileServer.settings(inheriting: library.tls)
        servers = entries.compactMap { ProfileServer.decode($0, settings, in: &reader) }
        // If an invalid entry was dropped, the indices have shifted, and the messages below would name the wrong entries.
        guard servers.count == entries.count else { return }
        if library.tls.mode == .disabled, let plain = servers.firstIndex(where: { $0.requiresTLS && $0.tls == nil }) {
            reader.note(entries[plain], "tls = true conflicts with tls = \"off\" of the profile, remove one")
        }
        for conflict in ServerList.conflicts(in: servers, naming: library.naming) {
            reader.note(entries[conflict.index], conflict.message)
        }
    }
}
