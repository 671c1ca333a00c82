extension NATSClientConfiguration {
    /// The credentials with which the client logs in.
    public enum Credentials: Sendable, Equatable {
        /// No credentials.
        case none
        /// A user name and password.
        case userPassword(user: String, password: Secret)
        /// A token.
        case token(Secret)
        /// The seed of a user's NKEY (`SU…`), used to sign the server's nonce.
        case nkey(seed: Secret)
        /// A user's JWT, and the seed of the user's NKEY, used to sign the server's nonce. A bearer JWT needs no seed.
        case jwt(Secret, seed: Secret?)
    }
}

extension NATSClientConfiguration.Credentials {
    /// Reads the JWT and the seed of a `.creds` file as written by `nsc`.
    ///
    /// Each call reads the file, so a provider that calls this function uses rotated credentials:
    ///
    /// ```swift
    /// configuration.credentials = { try .credentialsFile("/etc/app/app.creds") }
    /// ```
    ///
    /// The file may omit the seed if its JWT is a bearer token.
    ///
    /// - Parameter path: A regular file that is owned by this user and not readable by others (`chmod 600`).
    /// - Throws: ``NATSError/Code/credentials`` with advice on how to fix the problem.
    public static func credentialsFile(_ path: String) throws(NATSError) -> Self {
        let (jwt, seed) = try parse(path, CredentialsFile.login)
        return .jwt(jwt, seed: seed)
    }

    /// Reads the seed of an NKEY file. See ``credentialsFile(_:)``.
    ///
    /// - Parameter path: A regular file that is owned by this user and not readable by others (`chmod 600`).
    /// - Throws: ``NATSError/Code/credentials`` with advice on how to fix the problem.
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
                "a key or a JWT was given instead of the path of its file; put it into a file (chmod 600) and use the path of the file"
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
    /// Adds the credentials to CONNECT.
    ///
    /// - Parameter nonce: The nonce of the server's INFO, which has to be signed.
    /// - Throws: ``NATSError/Code/credentials`` if the seed is wrong, ``NATSError/Code/authorization`` if the server sent no
    ///   nonce.
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
        NATSError(.credentials, "the JWT is not a bearer token, so the user's seed is needed too, to sign the server's nonce")
    }

    private static func signature(
        of nonce: String?,
        seed: Secret
    ) throws(NATSError) -> (publicKey: String, signature: String) {
        guard let nonce, !nonce.isEmpty else {
            throw NATSError(
                .authorization,
                "the server sent no nonce to sign, so it does not support NKEYs; log in with user and password or a token"
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
