import NATS

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
}

extension Setting {
    private static func login(
        _ path: any WritableKeyPath<Owner, Profile.Login?> & Sendable,
        keys: [SettingKey]
    ) -> Self {
        Setting(keys: keys, path) { reader, owner in
            owner[keyPath: path] = reader.login()
        } entries: { owner in
            owner[keyPath: path]?.entries ?? []
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
    fileprivate mutating func login() -> Profile.Login? {
        let user = read("user", as: .text)
        let password = read("password", as: .text).map { Secret($0) }
        let token = read("token", as: .text).map { Secret($0) }
        let credentials = read("credentials", as: .path)
        let nkey = read("nkey", as: .path)

        let ways = [("user", user != nil), ("token", token != nil), ("credentials", credentials != nil), ("nkey", nkey != nil)]
            .filter(\.1).map(\.0)
        if ways.count > 1, let node = value(ways[1]) {
            note(node, "a profile has one login, but \(ways.joined(separator: " and ")) are set; remove all but one")
        }
        // This looks at the key instead of the value, because an invalid user has already been reported.
        if value("user") == nil, password != nil, let node = value("password") {
            note(node, "a password needs a user, add user = \"…\"")
        }
        if let user, password == nil, Profile.Login.isUserAndPassword(user), let node = value("user") {
            note(node, "the user contains a colon; if a password follows the colon, write it as password = \"…\"")
        }

        if let user { return .user(user, password: password) }
        if let token { return .token(token) }
        if let credentials { return .credentials(path: credentials) }
        return nkey.map { .nkey(path: $0) }
    }
}
