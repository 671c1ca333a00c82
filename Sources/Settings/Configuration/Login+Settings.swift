import NATS

extension Setting where Owner == Profile {
    /// The login of a profile.
    static let login = login(
        \.login,
        keys: [
            SettingKey(
                "credentials",
                "The login, at most one. This is a .creds file with a JWT and its key. A path may begin with ~, and otherwise starts "
                    + "from the directory of this file. Files with secrets must be private: chmod 600, or for files of root with a "
                    + "group, such as mounted secrets, chmod 640. A server may have its own login, with the same keys.\nDefault: none.",
                shown: .set(TOMLLiteral.string("~/.nats/ops.creds"))
            ),
            SettingKey(
                "user",
                "Instead: a user with a password. Without the password, roulette asks for it, or takes it from ROULETTE_PASSWORD, "
                    + "which is for the one user that roulette is started with. With a password here, this file must be private.",
                shown: .inComment(TOMLLiteral.string("ops"))
            ),
            SettingKey("password", "The password of the user.", shown: .inComment(TOMLLiteral.string("…"))),
            SettingKey(
                "token",
                "Instead: a token. With a token here, this file must be private.",
                shown: .inComment(TOMLLiteral.string("…"))
            ),
            SettingKey(
                "nkey",
                "Instead: a file with the seed of an NKEY.",
                shown: .inComment(TOMLLiteral.string("~/.nats/ops.nk"))
            ),
        ]
    )
}

extension Setting where Owner == ProfileServer {
    /// The login of a server, in place of the profile's.
    static let login = login(
        \.login,
        keys: [
            SettingKey(
                "credentials",
                "The login for this cluster; or user, password, token, nkey.\nDefault: the login of the profile.",
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
    /// The login as keys with TOML literals, with `<redacted>` for secrets.
    fileprivate var entries: [(key: String, literal: String)] {
        let entries: [(key: String, value: String?)] =
            switch self {
            case .user(let user, let password): [("user", user), ("password", password?.description)]
            case .token(let token): [("token", token.description)]
            case .credentials(let path): [("credentials", path)]
            case .nkey(let path): [("nkey", path)]
            // Only a context of the NATS command line has one.
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
        // The key itself, because an unusable user has been noted already.
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
}
