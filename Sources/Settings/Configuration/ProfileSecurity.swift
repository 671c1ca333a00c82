public import NATS

extension Profile {
    /// When connections are encrypted, as it is written in a configuration.
    enum TLSMode: String, CaseIterable {
        case automatic = "auto"
        case required
        case first
        case off

        init(_ mode: NATSClientConfiguration.TLS.Mode) {
            self =
                switch mode {
                case .automatic: .automatic
                case .required: .required
                case .first: .first
                case .disabled: .off
                }
        }

        var mode: NATSClientConfiguration.TLS.Mode {
            switch self {
            case .automatic: .automatic
            case .required: .required
            case .first: .first
            case .off: .disabled
            }
        }
    }

    /// Reads every file that the logins and the encryption name, to say what is wrong with them before connections are
    /// made, which read them again.
    ///
    /// - Throws: ``SettingsError`` when one is missing or unreadable, or holds a secret and others can read it.
    public func checkFiles() throws(SettingsError) {
        for login in [login] + servers.map(\.login) {
            switch login {
            case .credentials(let path), .nkey(let path):
                guard !SecretShape.isSecret(path) else {
                    throw SettingsError(
                        .invalid,
                        file: "profile \(quoted(name))",
                        "a key or a JWT stands where the path of its file belongs; put it into a file (chmod 600) and name that"
                    )
                }
                _ = try SettingsFile.readPrivate(path)
            case .user, .token, .jwt, nil: break
            }
        }
        for tls in [tls] + servers.compactMap(\.tls) where tls.mode != .disabled {
            if case .file(let path) = tls.trustRoots { _ = try SettingsFile.read(path, limit: 1 << 20) }
            guard let certificate = tls.clientCertificate else { continue }
            _ = try SettingsFile.read(certificate.chainFile, limit: 1 << 20)
            _ = try SettingsFile.readPrivate(certificate.keyFile)
        }
    }

    /// Whether some server is believed whoever answers in its place.
    public var skipsVerification: Bool {
        ([tls] + servers.compactMap(\.tls)).contains { $0.verification == .none && $0.mode != .disabled }
    }
}

extension Profile.Login {
    /// Whether it holds a secret itself, and not only the path of one.
    var holdsSecret: Bool {
        switch self {
        case .user(_, let password): password != nil
        case .token, .jwt: true
        case .credentials, .nkey: false
        }
    }

    /// Reads the token that a file holds, alone on its line.
    ///
    /// - Throws: ``SettingsError`` when the file is not private or holds something else.
    public static func token(inFile path: String) throws(SettingsError) -> Secret {
        let lines = try SettingsFile.readPrivate(path).text().split(whereSeparator: \.isNewline)
        guard lines.count == 1, let token = lines.first, !token.contains(where: \.isWhitespace) else {
            throw SettingsError(.invalid, file: path, "does not hold a token alone, write it on one line without spaces")
        }
        return Secret(String(token))
    }

    /// Whether a user's name is a name and a password, as other programs take them.
    ///
    /// A name may have a colon in it, and then its password has to be given beside it.
    public static func isUserAndPassword(_ user: String) -> Bool { user.contains(":") }
}

extension Profile {
    /// Sets what the topics of replies begin with, for all servers.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` when it is no topic.
    public mutating func setInboxPrefix(_ prefix: String) throws(SettingsError) {
        guard InboxPrefix.isUsable(prefix) else { throw SettingsError(.invalid, file: "inbox_prefix", InboxPrefix.rule) }
        inboxPrefix = prefix
        for index in servers.indices { servers[index].inboxPrefix = nil }
    }
}

// MARK: - Reading

extension TableReader {
    /// Reads the one login that a profile or a server may have.
    mutating func login(resolvePath: (String) -> String) -> Profile.Login? {
        let user = text("user")
        let password = text("password").map { Secret($0) }
        let token = text("token").map { Secret($0) }
        let credentials = text("credentials").map(resolvePath)
        let nkey = text("nkey").map(resolvePath)

        let ways = [("user", user != nil), ("token", token != nil), ("credentials", credentials != nil), ("nkey", nkey != nil)]
            .filter(\.1).map(\.0)
        if ways.count > 1, let node = value(ways[1]) {
            note(node, "a profile has one login, but \(ways.joined(separator: " and ")) are set; remove all but one")
        }
        // Asked for both, since a user that is not usable was noted already.
        if value("user") == nil, password != nil, let node = value("password") {
            note(node, "a password needs a user, add user = \"…\"")
        }
        if let user, password == nil, Profile.Login.isUserAndPassword(user), let node = value("user") {
            note(node, "the user has a colon in it; if a password follows it, write that as password = \"…\"")
        }

        if let user { return .user(user, password: password) }
        if let token { return .token(token) }
        if let credentials { return .credentials(path: credentials) }
        return nkey.map { .nkey(path: $0) }
    }

    /// Reads the keys of the encryption but for `tls` itself.
    ///
    /// - Parameters:
    ///   - inherited: What holds for keys that are left out.
    ///   - mode: What `tls` says, or nil.
    /// - Returns: nil if there is none of them and no mode.
    mutating func tls(
        over inherited: NATSClientConfiguration.TLS,
        mode: Profile.TLSMode?,
        resolvePath: (String) -> String
    ) -> NATSClientConfiguration.TLS? {
        let authorities = text("tls_ca").map(resolvePath)
        let certificate = text("tls_cert").map(resolvePath)
        let key = text("tls_key").map(resolvePath)
        let name = text("tls_server_name")
        let verifies = boolean("tls_verify")

        var tls = inherited
        if let authorities { tls.trustRoots = .file(authorities) }
        if let certificate, let key { tls.clientCertificate = .init(chainFile: certificate, keyFile: key) }
        if let verifies { tls.verification = verifies ? .full : .none }
        if let name, let node = value("tls_server_name") {
            do {
                try ServerAddress.checkServerName(name)
                tls.serverName = name
            } catch {
                note(node, error.message)
            }
        }
        // Whoever names certificates means TLS, and not only if a server happens to ask for it.
        let namesFiles = authorities != nil || certificate != nil || key != nil || name != nil
        if let mode {
            tls.mode = mode.mode
        } else if namesFiles, tls.mode != .first {
            tls.mode = .required
        }

        switch (certificate, key) {
        case (nil, nil), (_?, _?): break
        case (_?, nil):
            if let node = value("tls_cert") {
                note(node, "a client certificate needs its private key too, add tls_key = \"…\"")
            }
        case (nil, _?):
            if let node = value("tls_key") {
                note(node, "a private key needs its certificate too, add tls_cert = \"…\"")
            }
        }
        if mode == .off, namesFiles || verifies != nil, let node = value("tls") {
            note(node, "tls is \"off\", but other tls_ keys are set; remove them, or use tls = \"required\"")
        }
        return mode != nil || namesFiles || verifies != nil ? tls : nil
    }

    /// Reads the prefix of reply topics: a topic without wildcards.
    mutating func inboxPrefix() -> String? {
        guard let prefix = text("inbox_prefix"), let node = value("inbox_prefix") else { return nil }
        guard InboxPrefix.isUsable(prefix) else {
            note(node, InboxPrefix.rule)
            return nil
        }
        return prefix
    }
}

/// What the topics of replies may begin with.
enum InboxPrefix {
    static let rule = "an inbox prefix is a topic of at most 256 bytes without wildcards, such as \"_INBOX.app\""

    static func isUsable(_ prefix: String) -> Bool {
        var configuration = NATSClientConfiguration(address: .init(host: "localhost"))
        configuration.inboxPrefix = prefix
        return (try? configuration.validate()) != nil
    }
}
