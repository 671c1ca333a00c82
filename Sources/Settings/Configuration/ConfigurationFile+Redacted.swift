import NATS

extension ConfigurationFile {
    /// The configuration as TOML with every setting written out, defaults too, and secrets as `<redacted>`.
    ///
    /// The result parses again, to the same configuration but for its secrets and to credentials of absolute path.
    public func redactedDescription() -> String {
        var lines: [String] = []
        if let defaultProfile { lines.append("default_profile = \(Self.literal(defaultProfile))") }
        if let theme { lines.append("theme = \(Self.literal(theme))") }
        for profile in profiles { lines += [""] + Self.describe(profile) }
        let changes = keyBindings.changesFromStandard
        if !changes.isEmpty {
            lines += ["", "[keys]"]
            lines += changes.map { action, keys in
                "\(action.rawValue) = [\(keys.map { Self.literal($0.description) }.joined(separator: ", "))]"
            }
        }
        return lines.drop { $0.isEmpty }.joined(separator: "\n") + "\n"
    }

    private static func describe(_ profile: Profile) -> [String] {
        let path = "profiles.\(literal(profile.name, bare: true))"
        var lines = [
            "[\(path)]",
            "environment = \(literal(profile.environment.rawValue))",
            "allow_publish = \(profile.allowPublish)",
            "naming = \(literal(profile.naming.rawValue))",
            "role = \(literal(profile.role.rawValue))",
            "pool_size = \(profile.poolSize)",
            "ping_interval = \(literal(DurationText.format(profile.pingInterval)))",
            "max_ping_failure = \(profile.maxPingFailure)",
            "max_retry = \(profile.maxRetry)",
            "base_backoff = \(literal(DurationText.format(profile.baseBackoff)))",
            "max_backoff = \(literal(DurationText.format(profile.maxBackoff)))",
            "subscription_restart = \(literal(profile.subscriptionRestart.rawValue))",
            "connection_timeout = \(literal(DurationText.format(profile.connectionTimeout)))",
            "elixir_compatible_topics = \(profile.elixirCompatibleTopics)",
            "watch = [\(profile.watch.map { literal($0) }.joined(separator: ", "))]",
            "history = \(profile.keepsHistory)",
        ]
        if let theme = profile.theme { lines.append("theme = \(literal(theme))") }
        lines += describe(profile.login) + describe(profile.tls)
        for server in profile.servers {
            lines += ["", "[[\(path).servers]]"]
            if let name = server.name { lines.append("name = \(literal(name))") }
            lines += ["host = \(literal(server.host))", "port = \(server.port)"]
            if server.requiresTLS { lines.append("tls = true") }
            if let monitor = server.monitor { lines.append("monitor = \(literal(monitor))") }
        }
        return lines
    }

    private static func describe(_ login: Profile.Login?) -> [String] {
        switch login {
        case .user(let user, let password?):
            ["user = \(literal(user))", "password = \(literal(password.description))"]
        case .user(let user, nil): ["user = \(literal(user))"]
        case .token(let token): ["token = \(literal(token.description))"]
        case .credentials(let path): ["credentials = \(literal(path))"]
        case .nkey(let path): ["nkey = \(literal(path))"]
        // A profile of a file never has them.
        case .jwt, nil: []
        }
    }

    private static func describe(_ tls: NATSClientConfiguration.TLS) -> [String] {
        var lines = ["tls = \(literal(Profile.TLSMode(tls.mode).rawValue))"]
        if tls.mode != .disabled { lines.append("tls_verify = \(tls.verification == .full)") }
        if case .file(let path) = tls.trustRoots { lines.append("tls_ca = \(literal(path))") }
        if let certificate = tls.clientCertificate {
            lines.append("tls_cert = \(literal(certificate.chainFile))")
            lines.append("tls_key = \(literal(certificate.keyFile))")
        }
        return lines
    }

    /// A TOML basic string, or with `bare` the text itself where TOML allows that.
    private static func literal(_ text: String, bare: Bool = false) -> String {
        if bare, !text.isEmpty, text.utf8.allSatisfy(TOMLLocator.isBareKeyByte) { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                result += "\\\(scalar)"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
                default:
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
