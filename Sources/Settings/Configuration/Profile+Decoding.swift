extension Profile {
    /// Reads `[profiles.NAME]`. Problems are noted; the profile is nil if it has no usable servers.
    static func decode(_ name: String, _ node: TOMLNode, in parent: inout TableReader) -> Profile? {
        var reader = parent.reader(of: node)
        var profile = Profile(name: name, servers: [])
        for setting in settings { setting.read(&reader, &profile) }
        // A server inherits from the profile, so they come last.
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
        // Without an unusable entry the positions are others, and the messages below would name the wrong ones.
        guard servers.count == entries.count else { return }
        if library.tls.mode == .disabled, let plain = servers.firstIndex(where: { $0.requiresTLS && $0.tls == nil }) {
            reader.note(entries[plain], "tls = true and a profile with tls = \"off\" exclude each other, remove one")
        }
        for conflict in ServerList.conflicts(in: servers, naming: library.naming) {
            reader.note(entries[conflict.index], conflict.message)
        }
    }
}
