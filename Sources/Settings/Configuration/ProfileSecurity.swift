import NATS

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

    /// What is wrong with certificates of which only a part is named, or nil.
    static func certificateProblem(certificate: String?, key: String?) -> (key: String, message: String)? {
        switch (certificate, key) {
        case (nil, nil), (_?, _?): nil
        case (_?, nil): ("tls_cert", "a client certificate needs its private key too, add tls_key = \"…\"")
        case (nil, _?): ("tls_key", "a private key needs its certificate too, add tls_cert = \"…\"")
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

// MARK: - Reading

extension Profile {
    mutating func readLogin(from reader: inout TableReader, resolvePath: (String) -> String) {
        let user = reader.text("user")
        let password = reader.text("password").map { Secret($0) }
        let token = reader.text("token").map { Secret($0) }
        let credentials = reader.text("credentials").map(resolvePath)
        let nkey = reader.text("nkey").map(resolvePath)

        let ways = [("user", user != nil), ("token", token != nil), ("credentials", credentials != nil), ("nkey", nkey != nil)]
            .filter(\.1).map(\.0)
        if ways.count > 1, let node = reader.value(ways[1]) {
            reader.note(node, "a profile has one login, but \(ways.joined(separator: " and ")) are set; remove all but one")
        }
        if user == nil, password != nil, let node = reader.value("password") {
            reader.note(node, "a password needs a user, add user = \"…\"")
        }

        if let user {
            login = .user(user, password: password)
        } else if let token {
            login = .token(token)
        } else if let credentials {
            login = .credentials(path: credentials)
        } else if let nkey {
            login = .nkey(path: nkey)
        }
    }

    mutating func readTLS(from reader: inout TableReader, resolvePath: (String) -> String) {
        let mode: TLSMode? = reader.choice("tls")
        let authorities = reader.text("tls_ca").map(resolvePath)
        let certificate = reader.text("tls_cert").map(resolvePath)
        let key = reader.text("tls_key").map(resolvePath)
        let verifies = reader.boolean("tls_verify")

        if let authorities { tls.trustRoots = .file(authorities) }
        if let certificate, let key { tls.clientCertificate = .init(chainFile: certificate, keyFile: key) }
        if verifies == false { tls.verification = .none }
        // Whoever names certificates means TLS, and not only if a server happens to ask for it.
        let namesFiles = authorities != nil || certificate != nil || key != nil
        tls.mode = mode?.mode ?? (namesFiles ? .required : .automatic)

        if let problem = Self.certificateProblem(certificate: certificate, key: key), let node = reader.value(problem.key) {
            reader.note(node, problem.message)
        }
        if mode == .off, namesFiles || verifies != nil, let node = reader.value("tls") {
            reader.note(node, "tls is \"off\", but other tls_ keys are set; remove them, or use tls = \"required\"")
        }
    }
}
