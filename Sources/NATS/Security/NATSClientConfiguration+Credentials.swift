extension NATSClientConfiguration {
    /// What the client proves its identity with.
    public enum Credentials: Sendable, Equatable {
        /// Nothing.
        case none
        /// A user name and password.
        case userPassword(user: String, password: Secret)
        /// A token.
        case token(Secret)
        /// The seed of a user's NKEY (`SU…`), which signs the server's nonce.
        case nkey(seed: Secret)
        /// A user's JWT, and the seed of the user's NKEY, which signs the server's nonce. A bearer JWT needs no seed.
        case jwt(Secret, seed: Secret?)
    }
}

extension NATSClientConfiguration.Credentials {
    /// The JWT and the seed of a `.creds` file, as `nsc` writes it.
    ///
    /// The file is read by every call, so a provider that calls it uses rotated credentials:
    ///
    /// ```swift
    /// configuration.credentials = { try .credentialsFile("/etc/app/app.creds") }
    /// ```
    ///
    /// The file of a bearer JWT may have no seed.
    ///
    /// - Parameter path: A regular file of this user that others cannot read (`chmod 600`).
    /// - Throws: ``NATSError/Code/credentials`` with what to do about it.
    public static func credentialsFile(_ path: String) throws(NATSError) -> Self {
        let (jwt, seed) = try parse(path, CredentialsFile.login)
        return .jwt(jwt, seed: seed)
    }

    /// The seed of an NKEY file, read by every call. See ``credentialsFile(_:)``.
    ///
    /// - Parameter path: A regular file of this user that others cannot read (`chmod 600`).
    /// - Throws: ``NATSError/Code/credentials`` with what to do about it.
    public static func nkeyFile(_ path: String) throws(NATSError) -> Self {
        .nkey(seed: try parse(path, CredentialsFile.seed))
    }

    private static func parse<Content>(
        _ path: String,
        _ parse: (String) throws(NATSError) -> Content
    ) throws(NATSError) -> Content {
        guard !SecretShape.isSecret(path) else {
            throw NATSError(
                .credentials,
                "a key or a JWT was given where the path of its file belongs; put it into a file (chmod 600)"
            )
        }
        let bytes = try PrivateFile.read(path)
        do throws(NATSError) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw NATSError(.credentials, "is not UTF-8 text")
            }
            return try parse(text)
        } catch {
            throw NATSError(error.code, "\(printable(path)): \(error.message)")
        }
    }
}

extension NATSClientConfiguration.Credentials {
    /// Puts the proof of identity into CONNECT.
    ///
    /// - Parameter nonce: What the server wants signed, from its INFO.
    /// - Throws: ``NATSError/Code/credentials`` when the seed is wrong, ``NATSError/Code/authorization`` when the server
    ///   gave nothing to sign.
    func sign(_ options: inout ConnectOptions, nonce: String?) throws(NATSError) {
        switch self {
        case .none:
            break
        case .userPassword(let user, let password):
            options.user = user
            options.pass = password.value
        case .token(let token):
            options.authToken = token.value
        case .nkey(let seed):
            let (key, signature) = try Self.signature(of: nonce, seed: seed)
            options.nkey = key
            options.sig = signature
        case .jwt(let jwt, let seed):
            let needsSignature = JWTClaims(jwt)?.isBearer != true
            if let seed, needsSignature || nonce?.isEmpty == false {
                options.sig = try Self.signature(of: nonce, seed: seed).signature
            } else if needsSignature {
                throw Self.missingSeed
            }
            options.jwt = jwt.value
        }
    }

    private static var missingSeed: NATSError {
        NATSError(.credentials, "the JWT is no bearer token, so the seed of its user's key is needed too, to sign with")
    }

    private static func signature(
        of nonce: String?,
        seed: Secret
    ) throws(NATSError) -> (publicKey: String, signature: String) {
        guard let nonce, !nonce.isEmpty else {
            throw NATSError(
                .authorization,
                "the server sent no nonce to sign, so it knows no NKEYs; log in with user and password or a token"
            )
        }
        do {
            let key = try NKey(seed: seed)
            return (key.publicKey, try key.sign(Array(nonce.utf8)))
        } catch {
            throw NATSError(.credentials, "the NKEY cannot be used: \(error)", cause: error)
        }
    }
}
