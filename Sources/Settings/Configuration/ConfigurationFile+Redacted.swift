import NATS

extension ConfigurationFile {
    /// The configuration as TOML with every setting written out, defaults too, and secrets as `<redacted>`.
    ///
    /// The result parses again, to the same configuration but for its secrets and to credentials of absolute path.
    public func redactedDescription() -> String {
        var lines: [String] = []
        if let defaultProfile { lines.append("default_profile = \(TOMLLiteral.string(defaultProfile))") }
        if let theme { lines.append("theme = \(TOMLLiteral.string(theme))") }
        for profile in profiles { lines += [""] + Self.describe(profile) }
        let changes = keyBindings.changesFromStandard
        if !changes.isEmpty {
            lines += ["", "[keys]"]
            lines += changes.map { action, keys in
                "\(action.rawValue) = [\(keys.map { TOMLLiteral.string($0.description) }.joined(separator: ", "))]"
            }
        }
        return lines.drop { $0.isEmpty }.joined(separator: "\n") + "\n"
    }

    private static func describe(_ profile: Profile) -> [String] {
        let path = "profiles.\(TOMLLiteral.string(profile.name, bare: true))"
        var lines = [
            "[\(path)]",
            "environment = \(TOMLLiteral.string(profile.environment.rawValue))",
            "allow_publish = \(profile.allowPublish)",
            "naming = \(TOMLLiteral.string(profile.naming.rawValue))",
            "role = \(TOMLLiteral.string(profile.role.rawValue))",
            "subscription_restart = \(TOMLLiteral.string(profile.subscriptionRestart.rawValue))",
            "inbox_prefix = \(TOMLLiteral.string(profile.inboxPrefix))",
            "watch = [\(profile.watch.map { TOMLLiteral.string($0) }.joined(separator: ", "))]",
        ]
        lines += ProfileSetting.all.compactMap { setting in
            setting.literal(of: profile).map { "\(setting.key) = \($0)" }
        }
        lines += describe(profile.login) + describe(profile.tls)
        for server in profile.servers {
            lines += ["", "[[\(path).servers]]"]
            if let name = server.name { lines.append("name = \(TOMLLiteral.string(name))") }
            lines += ["host = \(TOMLLiteral.string(server.host))", "port = \(server.port)"]
            if !server.alternatives.isEmpty {
                let addresses = server.alternatives.map { TOMLLiteral.string($0.description) }
                lines.append("alternatives = [\(addresses.joined(separator: ", "))]")
            }
            if let tls = server.tls {
                lines += describe(server.requiresTLS ? tls.requiring() : tls)
            } else if server.requiresTLS {
                lines.append("tls = true")
            }
            lines += describe(server.login)
            if let prefix = server.inboxPrefix { lines.append("inbox_prefix = \(TOMLLiteral.string(prefix))") }
            if let monitor = server.monitor { lines.append("monitor = \(TOMLLiteral.string(monitor))") }
        }
        return lines
    }

    private static func describe(_ login: Profile.Login?) -> [String] {
        switch login {
        case .user(let user, let password?):
            ["user = \(TOMLLiteral.string(user))", "password = \(TOMLLiteral.string(password.description))"]
        case .user(let user, nil): ["user = \(TOMLLiteral.string(user))"]
        case .token(let token): ["token = \(TOMLLiteral.string(token.description))"]
        case .credentials(let path): ["credentials = \(TOMLLiteral.string(path))"]
        case .nkey(let path): ["nkey = \(TOMLLiteral.string(path))"]
        // A profile of a file never has them.
        case .jwt, nil: []
        }
    }

    private static func describe(_ tls: NATSClientConfiguration.TLS) -> [String] {
        var lines = ["tls = \(TOMLLiteral.string(Profile.TLSMode(tls.mode).rawValue))"]
        if tls.mode != .disabled { lines.append("tls_verify = \(tls.verification == .full)") }
        if let name = tls.serverName { lines.append("tls_server_name = \(TOMLLiteral.string(name))") }
        if case .file(let path) = tls.trustRoots { lines.append("tls_ca = \(TOMLLiteral.string(path))") }
        if let certificate = tls.clientCertificate {
            lines.append("tls_cert = \(TOMLLiteral.string(certificate.chainFile))")
            lines.append("tls_key = \(TOMLLiteral.string(certificate.keyFile))")
        }
        return lines
    }
}
