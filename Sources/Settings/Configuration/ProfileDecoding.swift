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
        profile.subscriptionRestart = reader.choice("subscription_restart") ?? profile.subscriptionRestart
        for setting in ProfileSetting.all { setting.read(from: &reader, into: &profile) }
        profile.inboxPrefix = reader.inboxPrefix() ?? profile.inboxPrefix
        profile.readWatch(from: &reader)
        profile.login = reader.login(resolvePath: resolvePath)
        let mode: TLSMode? = reader.choice("tls")
        profile.tls = reader.tls(over: profile.tls, mode: mode, resolvePath: resolvePath) ?? profile.tls
        profile.readServers(from: &reader, resolvePath: resolvePath)

        return (profile.servers.isEmpty ? nil : profile, reader.finish())
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

    private mutating func readServers(from reader: inout TableReader, resolvePath: (String) -> String) {
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
        let decoded = entries.map { ProfileServer.decode($0, of: self, in: &reader, resolvePath: resolvePath) }
        servers = decoded.compactMap(\.self)
        // A list with a broken entry has shifted positions, so that the messages below would name wrong ones.
        guard servers.count == entries.count else { return }
        if tls.mode == .disabled, let plain = servers.firstIndex(where: { $0.requiresTLS && $0.tls == nil }) {
            reader.note(entries[plain], "tls = true and a profile with tls = \"off\" exclude each other, remove one")
        }
        for conflict in ServerList.conflicts(in: servers, naming: naming) {
            reader.note(entries[conflict.index], conflict.message)
        }
    }
}
