#if Configuration

public import Configuration
import RouletteNATS
import TextCoding

extension RouletteConfiguration {
    /// Reads a configuration with swift-configuration: from environment variables, files, or other providers.
    ///
    /// The keys are those of a profile in the configuration of the command (`config/example.toml` explains them), such as `servers`,
    /// `pool_size` and `tls`. `servers` is an array of texts `[NAME=]HOST[:PORT]`, and required. A key that is missing has its
    /// default value. A duration is a whole number of milliseconds, or text such as `5s`. Keys that only the console and the command
    /// use are not read. Scope the reader if the keys have a prefix:
    ///
    /// ```swift
    /// let reader = ConfigReader(provider: EnvironmentVariablesProvider())
    /// let configuration = try RouletteConfiguration(reader: reader.scoped(to: "roulette"))  // ROULETTE_SERVERS=alpha=10.0.0.1,…
    /// ```
    ///
    /// Values are read once. Files of credentials and certificates are read again for every attempt to connect.
    ///
    /// - Throws: ``RouletteError/Code/configuration``, with the key, if a value cannot be used. The error contains no
    ///   password, token or URL.
    public init(reader: ConfigReader) throws(RouletteError) {
        let reader = OptionReader(reader: reader)
        guard let servers = try reader.texts("servers") else {
            throw RouletteError(.configuration, "servers is missing; set it to an array such as [\"alpha=10.0.0.1:4222\"]")
        }
        self.init(clusters: [])
        for text in servers { clusters.append(try ClusterConfiguration(named: text)) }
        for option in Self.options { try option.read(reader, &self) }
        if let tls = try reader.tls() { self.tls = tls }
        if let credentials = try reader.credentials() { self.credentials = credentials }
        try validate()
    }

    /// A key with one value.
    struct Option: Sendable {
        /// The key.
        let name: String
        /// Reads the value, if there is one.
        fileprivate let read: @Sendable (OptionReader, inout RouletteConfiguration) throws(RouletteError) -> Void
    }

    /// The keys, in the order of the properties. `servers`, the keys of the login and those of TLS are read separately.
    static let options: [Option] = [
        .choice("naming", \.naming), .choice("role", \.role), .integer("pool_size", \.poolSize),
        .duration("ping_interval", \.pingInterval), .integer("max_ping_failure", \.maxPingFailure),
        .integer("max_retry", \.maxRetry), .duration("base_backoff", \.baseBackoff), .duration("max_backoff", \.maxBackoff),
        .choice("subscription_restart", \.subscriptionRestart), .duration("connection_timeout", \.connectionTimeout),
        .duration("reconnect_jitter", \.reconnectJitter), .duration("request_timeout", \.requestTimeout),
        .duration("drain_timeout", \.drainTimeout), .flag("use_discovered_servers", \.usesDiscoveredServers),
        .flag("move_on_lame_duck", \.movesOnLameDuck), .flag("rebalance", \.rebalances), .duration("move_overlap", \.moveOverlap),
        .duration("write_timeout", \.writeTimeout), .integer("outbound_buffer_size", \.outboundBufferSize),
        .flag("allow_plaintext_credentials", \.allowsPlaintextCredentials), .text("inbox_prefix", \.inboxPrefix),
        .flag("elixir_compatible_topics", \.elixirCompatibleTopics), .text("connection_name", \.connectionName),
        .optionalDuration("canary", \.canaryInterval), .optionalDuration("metrics_interval", \.metricsInterval),
    ]
}

extension ClusterConfiguration {
    /// Reads `[NAME=]HOST[:PORT]`.
    fileprivate init(named text: String) throws(RouletteError) {
        guard let equals = text.firstIndex(of: "=") else {
            try self.init(text)
            return
        }
        try self.init(String(text[text.index(after: equals)...]))
        name = String(text[..<equals])
    }
}

extension RouletteConfiguration.Option {
    fileprivate typealias Path<Value> = any WritableKeyPath<RouletteConfiguration, Value> & Sendable

    private init<Value>(
        _ name: String,
        _ path: Path<Value>,
        _ value: @escaping @Sendable (OptionReader) throws(RouletteError) -> Value?
    ) {
        self.name = name
        read = { reader, configuration throws(RouletteError) in
            if let value = try value(reader) { configuration[keyPath: path] = value }
        }
    }

    fileprivate static func integer(_ name: String, _ path: Path<Int>) -> Self {
        Self(name, path) { reader throws(RouletteError) in try reader.integer(name) }
    }

    fileprivate static func flag(_ name: String, _ path: Path<Bool>) -> Self {
        Self(name, path) { reader throws(RouletteError) in try reader.flag(name) }
    }

    fileprivate static func text(_ name: String, _ path: Path<String>) -> Self {
        Self(name, path) { reader throws(RouletteError) in try reader.text(name) }
    }

    fileprivate static func duration(_ name: String, _ path: Path<Duration>) -> Self {
        Self(name, path) { reader throws(RouletteError) in try reader.duration(name) }
    }

    fileprivate static func optionalDuration(_ name: String, _ path: Path<Duration?>) -> Self {
        Self(name, path) { reader throws(RouletteError) in try reader.duration(name).map(Optional.some) }
    }

    fileprivate static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String,
        _ path: Path<Choice>
    ) -> Self {
        Self(name, path) { reader throws(RouletteError) in try reader.choice(name) }
    }
}

/// Reads values, and reports those that have another type. The reader of swift-configuration returns nil for them, as if they were
/// missing.
private struct OptionReader: Sendable {
    let reader: ConfigReader

    func text(_ name: String, isSecret: Bool = false) throws(RouletteError) -> String? {
        if let text = reader.string(forKey: ConfigKey(name), isSecret: isSecret) { return text }
        try requireMissing(name, isSecret: isSecret, expected: "text")
        return nil
    }

    func texts(_ name: String) throws(RouletteError) -> [String]? {
        if let texts = reader.stringArray(forKey: ConfigKey(name)) { return texts }
        try requireMissing(name, expected: "an array of texts")
        return nil
    }

    func integer(_ name: String) throws(RouletteError) -> Int? {
        if let number = reader.int(forKey: ConfigKey(name)) { return number }
        try requireMissing(name, expected: "a whole number")
        return nil
    }

    func flag(_ name: String) throws(RouletteError) -> Bool? {
        if let flag = reader.bool(forKey: ConfigKey(name)) { return flag }
        try requireMissing(name, expected: "true or false")
        return nil
    }

    func duration(_ name: String) throws(RouletteError) -> Duration? {
        let key = ConfigKey(name)
        guard let text = reader.string(forKey: key) ?? reader.int(forKey: key).map(String.init) else {
            try requireMissing(name, expected: "a duration")
            return nil
        }
        do throws(DurationText.ParseError) {
            return try DurationText.parse(text)
        } catch {
            throw RouletteError(.configuration, "\(name): \(error.message)")
        }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(RouletteError) -> Choice? {
        guard let text = try text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let choices = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw RouletteError(.configuration, "\(name): \(quoted(text)) is not a value, use one of \(choices)")
        }
        return choice
    }

    private func requireMissing(_ name: String, isSecret: Bool = false, expected: String) throws(RouletteError) {
        let key = ConfigKey(name)
        let isPresent =
            reader.string(forKey: key, isSecret: isSecret) != nil || reader.int(forKey: key, isSecret: isSecret) != nil
            || reader.double(forKey: key, isSecret: isSecret) != nil || reader.bool(forKey: key, isSecret: isSecret) != nil
            || reader.stringArray(forKey: key, isSecret: isSecret) != nil
            || reader.intArray(forKey: key, isSecret: isSecret) != nil
            || reader.doubleArray(forKey: key, isSecret: isSecret) != nil
            || reader.boolArray(forKey: key, isSecret: isSecret) != nil
        if isPresent { throw RouletteError(.configuration, "\(name) is not \(expected)") }
    }

    // MARK: Login and TLS

    func credentials() throws(RouletteError) -> (@Sendable () throws -> NATSClientConfiguration.Credentials)? {
        let user = try text("user")
        let password = try text("password", isSecret: true)
        let token = try text("token", isSecret: true)
        let file = try text("credentials")
        let nkey = try text("nkey")
        let ways = [("user", user != nil), ("token", token != nil), ("credentials", file != nil), ("nkey", nkey != nil)]
            .filter(\.1).map(\.0)
        guard ways.count < 2 else {
            throw RouletteError(.configuration, "there is one login, but \(ways.joined(separator: " and ")) are set; keep one")
        }
        guard (user == nil) == (password == nil) else {
            throw RouletteError(.configuration, "user and password belong together; set both or none of them")
        }
        if let user, let password {
            let credentials = NATSClientConfiguration.Credentials.userPassword(user: user, password: Secret(password))
            return { credentials }
        }
        if let token {
            let credentials = NATSClientConfiguration.Credentials.token(Secret(token))
            return { credentials }
        }
        if let file { return { try .credentialsFile(file) } }
        if let nkey { return { try .nkeyFile(nkey) } }
        return nil
    }

    func tls() throws(RouletteError) -> NATSClientConfiguration.TLS? {
        let mode: NATSClientConfiguration.TLS.Mode? = try choice("tls")
        let verifies = try flag("tls_verify")
        var tls = NATSClientConfiguration.TLS()
        if let file = try text("tls_ca") { tls.trustRoots = .file(file) }
        if let name = try text("tls_server_name") { tls.serverName = name }
        switch (try text("tls_cert"), try text("tls_key")) {
        case (let chain?, let key?): tls.clientCertificate = .init(chainFile: chain, keyFile: key)
        case (nil, nil): break
        default: throw RouletteError(.configuration, "tls_cert and tls_key belong together; set both or none of them")
        }
        // Certificates imply TLS, even if the server does not ask for it.
        if tls != NATSClientConfiguration.TLS() { tls.mode = .required }
        if let verifies, !verifies { tls.verification = .none }
        guard mode != nil || verifies != nil || tls.mode == .required else { return nil }
        if mode == .disabled, verifies != nil || tls.mode == .required {
            throw RouletteError(.configuration, "tls is \"off\", but other keys of TLS are set; remove them")
        }
        if let mode { tls.mode = mode }
        return tls
    }
}

#endif
