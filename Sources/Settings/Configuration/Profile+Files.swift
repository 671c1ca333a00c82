public import NATS

extension Profile {
    /// Reads every file that the logins and the encryption name, so that problems are found before any connection is made.
    ///
    /// Connections read the files again.
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
        for tls in [library.tls] + servers.compactMap(\.tls) where tls.mode != .disabled {
            if case .file(let path) = tls.trustRoots { _ = try SettingsFile.read(path, limit: 1 << 20) }
            guard let certificate = tls.clientCertificate else { continue }
            _ = try SettingsFile.read(certificate.chainFile, limit: 1 << 20)
            _ = try SettingsFile.readPrivate(certificate.keyFile)
        }
    }

    /// Whether the certificate of some server is not verified.
    public var skipsVerification: Bool {
        ([library.tls] + servers.compactMap(\.tls)).contains { $0.verification == .none && $0.mode != .disabled }
    }
}

extension Profile.Login {
    /// Whether it holds a secret itself, not only the path of a file.
    var holdsSecret: Bool {
        switch self {
        case .user(_, let password): password != nil
        case .token, .jwt: true
        case .credentials, .nkey: false
        }
    }

    /// Reads a token from a file that holds nothing else.
    ///
    /// - Throws: ``SettingsError`` when the file is not private or holds something else.
    public static func token(inFile path: String) throws(SettingsError) -> Secret {
        let lines = try SettingsFile.readPrivate(path).text().split(whereSeparator: \.isNewline)
        guard lines.count == 1, let token = lines.first, !token.contains(where: \.isWhitespace) else {
            throw SettingsError(.invalid, file: path, "does not hold a token alone, write it on one line without spaces")
        }
        return Secret(String(token))
    }

    /// Whether the name of a user looks like a name with a password, `user:password`.
    ///
    /// A name may contain a colon, but then its password has to be given separately.
    public static func isUserAndPassword(_ user: String) -> Bool { user.contains(":") }
}
