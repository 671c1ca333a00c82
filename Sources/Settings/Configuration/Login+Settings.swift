import RouletteNATS

extension Setting where Owner == Profile {
    /// The login of a profile.
    static let login = login(
        \.login,
        keys: [
            SettingKey(
                "credentials",
                "The login: a .creds file with a JWT and its key. A profile has at most one login. A path may begin with ~; "
                    + "other relative paths start from the directory of this file. Files with secrets must be private: chmod "
                    + "600, or chmod 640 for files that belong to root and a group, such as mounted secrets. A server may have "
                    + "its own login, with the same keys.\nDefault: none.",
                shown: .set(TOMLLiteral.string("~/.nats/ops.creds"))
            ),
            SettingKey(
                "user",
                "Alternative: a user with a password. If the password is missing, roulette reads it from ROULETTE_PASSWORD, "
                    + "which applies only to the user that roulette is started with, or asks for it. If the password is set "
                    + "here, this file must be private.",
                shown: .inComment(TOMLLiteral.string("ops"))
            ),
            SettingKey("password", "The password of the user.", shown: .inComment(TOMLLiteral.string("…"))),
            SettingKey(
                "token",
                "Alternative: a token. If it is set here, this file must be private.",
                shown: .inComment(TOMLLiteral.string("…"))
            ),
            SettingKey(
                "nkey",
                "Alternative: a file with the seed of an NKEY.",
                shown: .inComment(TOMLLiteral.string("~/.nats/ops.nk"))
            ),
        ]
    )

    /// The login of the system account of a profile.
    static let systemLogin = login(
        \.systemLogin,
        prefix: systemPrefix,
        keys: [
            SettingKey(
                "system_credentials",
                "A login of the system account: a .creds file. With it, the console makes one more connection to each cluster, over "
                    + "which every server behind the load balancer says what monitoring URLs say, and reports shutdowns and slow "
                    + "consumers. A server may have its own.\nDefault: none.",
                shown: .inComment(TOMLLiteral.string("~/.nats/system.creds"))
            ),
            SettingKey(
                "system_user",
                "Alternative: a user of the system account with a password. If the password is missing, the console reads it from "
                    + "ROULETTE_SYSTEM_PASSWORD or asks for it.",
                shown: .inComment(TOMLLiteral.string("system"))
            ),
            SettingKey(
                "system_password",
                "The password of that user. If it is set here, this file must be private.",
                shown: .inComment(TOMLLiteral.string("…"))
            ),
            SettingKey(
                "system_nkey",
                "Alternative: a file with the seed of an NKEY of the system account.",
                shown: .inComment(TOMLLiteral.string("~/.nats/system.nk"))
            ),
        ]
    )
}

extension Setting where Owner == ProfileServer {
    /// The login of a server, which replaces the profile's.
    static let login = login(
        \.login,
        keys: [
            SettingKey(
                "credentials",
                "The login for this cluster. The keys user, password, token and nkey are possible too.\n"
                    + "Default: the login of the profile.",
                shown: .inComment(TOMLLiteral.string("~/.nats/alpha.creds"))
            )
        ]
    )

    /// The login of the system account of a server, which replaces the profile's.
    static let systemLogin = login(
        \.systemLogin,
        prefix: systemPrefix,
        keys: [
            SettingKey(
                "system_credentials",
                "The login of the system account of this cluster. The keys system_user, system_password and system_nkey are "
                    + "possible too.\nDefault: the login of the profile.",
                shown: .inComment(TOMLLiteral.string("~/.nats/alpha-system.creds"))
            )
        ]
    )
}

extension Setting {
    /// The beginning of the keys of the login of the system account.
    private static var systemPrefix: String { "system_" }

    /// - Parameter prefix: The beginning of the names of the keys.
    private static func login(
        _ path: any WritableKeyPath<Owner, Profile.Login?> & Sendable,
        prefix: String = "",
        keys: [SettingKey]
    ) -> Self {
        Setting(keys: keys, path) { reader, owner in
            owner[keyPath: path] = reader.login(prefix: prefix)
        } entries: { owner in
            (owner[keyPath: path]?.entries ?? []).map { (prefix + $0.key, $0.literal) }
        }
    }
}

extension Profile.Login {
    /// The login as keys and TOML literals, with `<redacted>` for secrets.
    fileprivate var entries: [(key: String, literal: String)] {
        let entries: [(key: String, value: String?)] =
            switch self {
            case .user(let user, let password): [("user", user), ("password", password?.description)]
            case .token(let token): [("token", token.description)]
            case .credentials(let path): [("credentials", path)]
            case .nkey(let path): [("nkey", path)]
            // A JWT comes only from a context of the NATS command line, never from a configuration.
            case .jwt: []
            }
        return entries.compactMap { key, value in value.map { (key, TOMLLiteral.string($0)) } }
    }
}

extension TableReader {
    /// Reads the one login that a profile or a server may have.
    /// - Parameter prefix: The beginning of the names of the keys. The system account has no tokens.
    fileprivate mutating func login(prefix: String) -> Profile.Login? {
        let user = read(prefix + "user", as: .text)
        let password = read(prefix + "password", as: .text).map { Secret($0) }
        let token = prefix.isEmpty ? read("token", as: .text).map { Secret($0) } : nil
        let credentials = read(prefix + "credentials", as: .path)
        let nkey = read(prefix + "nkey", as: .path)

        let ways = [("user", user != nil), ("token", token != nil), ("credentials", credentials != nil), ("nkey", nkey != nil)]
            .filter(\.1).map { prefix + $0.0 }
        if ways.count > 1, let node = value(ways[1]) {
            note(node, "a profile has one login, but \(ways.joined(separator: " and ")) are set; remove all but one")
        }
        // This looks at the key instead of the value, because an invalid user has already been reported.
        if value(prefix + "user") == nil, password != nil, let node = value(prefix + "password") {
            note(node, "a password needs a user, add \(prefix)user = \"…\"")
        }
        if let user, password == nil, Profile.Login.isUserAndPassword(user), let node = value(prefix + "user") {
            note(node, "the user contains a colon; if a password follows the colon, write it as \(prefix)password = \"…\"")
        }

        if let user { return .user(user, password: password) }
        if let token { return .token(token) }
        if let credentials { return .credentials(path: credentials) }
        return nkey.map { .nkey(path: $0) }
    }
}
