/// A key of a profile that is one plain value: its name, where the value goes, and the values allowed.
///
/// Reading a configuration and writing it out go through the same list.
struct ProfileSetting: Sendable {
    enum Field: Sendable {
        case integer(any WritableKeyPath<Profile, Int> & Sendable, ClosedRange<Int>)
        case duration(any WritableKeyPath<Profile, Duration> & Sendable, ClosedRange<Duration>)
        case flag(any WritableKeyPath<Profile, Bool> & Sendable)
        case text(any WritableKeyPath<Profile, String?> & Sendable)
    }

    let key: String
    let field: Field

    private init(_ key: String, _ field: Field) {
        self.key = key
        self.field = field
    }

    private static let wait: ClosedRange<Duration> = .milliseconds(1) ... .seconds(3600)

    /// All of them, in the order of the example.
    static let all: [ProfileSetting] = [
        Self("pool_size", .integer(\.poolSize, 1...1000)),
        Self("ping_interval", .duration(\.pingInterval, .milliseconds(100) ... .seconds(3600))),
        Self("max_ping_failure", .integer(\.maxPingFailure, 1...100)),
        Self("max_retry", .integer(\.maxRetry, 0...1000)),
        Self("base_backoff", .duration(\.baseBackoff, wait)),
        Self("max_backoff", .duration(\.maxBackoff, wait)),
        Self("reconnect_jitter", .duration(\.reconnectJitter, .zero ... .seconds(3600))),
        Self("connection_timeout", .duration(\.connectionTimeout, .milliseconds(10) ... .seconds(600))),
        Self("write_timeout", .duration(\.writeTimeout, .milliseconds(10) ... .seconds(600))),
        Self("drain_timeout", .duration(\.drainTimeout, .milliseconds(10) ... .seconds(3600))),
        Self("outbound_buffer_size", .integer(\.outboundBufferSize, 4096...(1 << 30))),
        Self("use_discovered_servers", .flag(\.usesDiscoveredServers)),
        Self("move_on_lame_duck", .flag(\.movesOnLameDuck)),
        Self("move_overlap", .duration(\.moveOverlap, .zero ... .seconds(60))),
        Self("connection_name", .text(\.connectionName)),
        Self("allow_plaintext_credentials", .flag(\.allowsPlaintextCredentials)),
        Self("elixir_compatible_topics", .flag(\.elixirCompatibleTopics)),
        Self("theme", .text(\.theme)),
        Self("history", .flag(\.keepsHistory)),
    ]

    /// Reads the key into a profile. What is wrong with it is noted, and the profile keeps the value it has.
    func read(from reader: inout TableReader, into profile: inout Profile) {
        switch field {
        case .integer(let path, let range):
            if let value = reader.integer(key, in: range) { profile[keyPath: path] = value }
        case .duration(let path, let range):
            if let value = reader.duration(key, in: range) { profile[keyPath: path] = value }
        case .flag(let path):
            if let value = reader.boolean(key) { profile[keyPath: path] = value }
        case .text(let path):
            if let value = reader.text(key) { profile[keyPath: path] = value }
        }
    }

    /// The value as TOML, or nil for a text that is not set.
    func literal(of profile: Profile) -> String? {
        switch field {
        case .integer(let path, _): String(profile[keyPath: path])
        case .duration(let path, _): TOMLLiteral.string(DurationText.format(profile[keyPath: path]))
        case .flag(let path): String(profile[keyPath: path])
        case .text(let path): profile[keyPath: path].map { TOMLLiteral.string($0) }
        }
    }
}
