import Roulette
import RouletteNATS

/// The rule for the prefix of reply topics.
enum InboxPrefix {
    static let rule = "an inbox prefix is a topic of at most 256 bytes without wildcards, such as \"_INBOX.app\""

    static func isUsable(_ prefix: String) -> Bool {
        var configuration = NATSClientConfiguration(address: .init(host: "localhost"))
        configuration.inboxPrefix = prefix
        return (try? configuration.validate()) != nil
    }
}

extension Profile {
    /// Sets the prefix of reply topics for all servers.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` when the prefix is not a valid topic.
    public mutating func setInboxPrefix(_ prefix: String) throws(SettingsError) {
        guard InboxPrefix.isUsable(prefix) else { throw SettingsError(.invalid, file: "inbox_prefix", InboxPrefix.rule) }
        library.inboxPrefix = prefix
        for index in servers.indices { servers[index].inboxPrefix = nil }
    }
}
