public import RouletteNATS
import TextCoding

extension Profile {
    /// Reads every file named by the logins and the TLS settings, so that problems are found before the first connection.
    ///
    /// Connections read the files again.
    ///
    /// - Throws: ``SettingsError`` when a file is missing or unreadable, or contains a secret and other users can read it.
    public func checkFiles() throws(SettingsError) {
        for login in allLogins {
            switch login {
            case .credentials(let path), .nkey(let path):
                guard !SecretShape.isSecret(path) else {
                    throw SettingsError(
                        .invalid,
                        file: "profile \(quoted(name))",
                        "expected the path of a file, found a key or a JWT; put it in a file (chmod 600) and name the file"
                    )
                }
                _ = try SettingsFile.readPrivate(path)
            case .user, .token, .jwt: break
            }
        }
        for tls in [library.tls] + servers.compactMap(\.tls) where tls.mode != .disabled {
            if case .file(let path) = tls.trustRoots { _ = try SettingsFile.read(path, limit: 1 << 20) }
            guard let certificate = tls.clientCertificate else { continue }
            _ = try SettingsFile.read(certificate.chainFile, limit: 1 << 20)
            _ = try SettingsFile.readPrivate(certificate.keyFile)
        }
    }

    /// Every login of the profile and its servers, those of the system account too.
    var allLogins: [Login] {
        ([login, systemLogin] + servers.flatMap { [$0.login, $0.systemLogin] }).compactMap(\.self)
    }

    /// Whether the certificate of at least one server is not verified.
    public var skipsVerification: Bool {
        ([library.tls] + servers.compactMap(\.tls)).contains { $0.verification == .none && $0.mode != .disabled }
    }
}

extension Profile.Login {
    /// Whether the login contains a secret itself, rather than the path of a file.
    var holdsSecret: Bool {
        switch self {
        case .user(_, let password): password != nil
        case .token, .jwt: true
        case .credentials, .nkey: false
        }
    }

    /// Reads a token from a file that contains nothing else.
    ///
    /// - Throws: ``SettingsError`` when the file is not private or contains anything else.
    public static func token(inFile path: String) throws(SettingsError) -> Secret {
        let lines = try SettingsFile.readPrivate(path).text().split(whereSeparator: \.isNewline)
        guard lines.count == 1, let token = lines.first, !token.contains(where: \.isWhitespace) else {
            throw SettingsError(.invalid, file: path, "must contain only a token, on one line without spaces")
        }
        return Secret(String(token))
    }

    /// Whether the name of a user looks like a name with a password, `user:password`.
    ///
    /// A name may contain a colon, but then its password must be given separately.
    public static func isUserAndPassword(_ user: String) -> Bool { user.contains(":") }
}
