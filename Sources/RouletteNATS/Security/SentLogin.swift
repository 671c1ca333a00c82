/// The kind of login that a connection sent, kept to explain a rejection. It contains no secret.
struct SentLogin: Equatable {
    /// The credentials in CONNECT.
    enum Proof: Equatable {
        case none
        case userPassword
        case token
        case nkey
        case jwt(JWTClaims?)
    }

    let proof: Proof
    /// The file of the client certificate that was used in the TLS handshake. A server may accept the certificate as the login.
    let certificate: String?

    init(_ credentials: NATSClientConfiguration.Credentials, certificate: String?) {
        self.certificate = certificate
        proof =
            switch credentials {
            case .none: .none
            case .userPassword: .userPassword
            case .token: .token
            case .nkey: .nkey
            case .jwt(let jwt, _): .jwt(JWTClaims(jwt))
            }
    }

    /// Returns why the server may have rejected the login, and what to do about it.
    ///
    /// - Parameters:
    ///   - text: The error text of the server.
    ///   - now: Seconds since 1970.
    func refusal(_ text: String, now: Int64) -> String {
        switch (proof, certificate) {
        case (.none, let certificate?):
            return "the server refused the client certificate \(printable(certificate)) as a login: \(text). "
                + "Is its subject one of the server's users (verify_and_map)? If not, configure a login"
        case (.none, nil):
            return "the server asks for credentials and none are configured: \(text). "
                + "Configure user and password, a token, a .creds file or an NKEY"
        case (.userPassword, _):
            return "the server refused the credentials: \(text). Check user and password"
        case (.token, _):
            return "the server refused the credentials: \(text). Check the token, and whether the server accepts tokens"
        case (.nkey, _):
            return "the server refused the credentials: \(text). Is the public key of the NKEY one of the server's users?"
        case (.jwt(let claims), _):
            if let complaint = claims?.complaint(at: now) { return "\(complaint). The server said: \(text)" }
            return
                "the server refused the credentials: \(text). Is the JWT of an account that this server knows, and not revoked?"
        }
    }
}
