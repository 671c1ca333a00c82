import NIOCore
package import NIOSSL

extension NATSClientConfiguration.TLS {
    /// Reads the certificates and creates the context for handshakes.
    ///
    /// Do not call it on an event loop: it reads files and parses the authorities of the system.
    ///
    /// - Throws: ``NATSError/Code/tls`` or ``NATSError/Code/credentials`` with the file and its problem.
    package func makeContext() throws(NATSError) -> TLSContext {
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.minimumTLSVersion = .tlsv12
        // A frozen peer never answers the closure alert.
        settings.shutdownTimeout = .milliseconds(250)
        settings.certificateVerification =
            switch verification {
            case .full: .fullVerification
            case .none: .none
            }
        let authorities: [NIOSSLCertificate]? =
            switch trustRoots {
            case .system: nil
            case .file(let path): try Self.certificates(try PrivateFile.readPublic(path), from: path)
            case .pem(let bytes): try Self.certificates(bytes, from: "the PEM text of the authorities")
            }
        settings.trustRoots = authorities.map { .certificates($0) } ?? .default
        if let clientCertificate {
            let (chain, key) = (clientCertificate.chainFile, clientCertificate.keyFile)
            settings.certificateChain = try Self.certificates(try PrivateFile.readPublic(chain), from: chain)
                .map { .certificate($0) }
            settings.privateKey = .privateKey(try Self.privateKey(try PrivateFile.read(key), from: key))
        }
        do {
            return TLSContext(context: try NIOSSLContext(configuration: settings), authorities: authorities)
        } catch {
            let files = clientCertificate.map { "; do \(printable($0.keyFile)) and \(printable($0.chainFile)) belong together?" }
            throw NATSError(.tls, "TLS cannot be set up\(files ?? ""): \(error)", cause: error)
        }
    }

    private static func certificates(_ bytes: [UInt8], from place: String) throws(NATSError) -> [NIOSSLCertificate] {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw NATSError(.tls, "\(printable(place)): is not a certificate in PEM format", cause: error)
        }
        guard !certificates.isEmpty else { throw NATSError(.tls, "\(printable(place)): holds no certificate") }
        return certificates
    }

    private static func privateKey(_ bytes: [UInt8], from path: String) throws(NATSError) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            let isEncrypted = String(decoding: bytes, as: UTF8.self).utf8.contains("ENCRYPTED".utf8)
            let reason =
                isEncrypted
                ? "is encrypted, which is not supported; store it without a passphrase" : "is not a private key in PEM format"
            throw NATSError(.tls, "\(printable(path)): \(reason)", cause: error)
        }
    }
}

/// The TLS context and the trusted authorities, read from the configured files.
package struct TLSContext: Sendable {
    let context: NIOSSLContext
    /// The trusted authorities, or nil for those of the system.
    let authorities: [NIOSSLCertificate]?
}

/// The parameters of one TLS handshake.
package struct TLSAttempt: Sendable {
    /// The kind of peer.
    package enum Peer: Sendable {
        /// A NATS server that sends its INFO before TLS.
        case server
        /// A NATS server, or a load balancer in front of it, that expects TLS from the first byte.
        case serverWithTLSFirst
        /// The monitoring endpoint of a NATS server.
        case monitoring
    }

    let configuration: NATSClientConfiguration.TLS
    /// The configured host, which may differ from the address that was dialed.
    let host: String
    let peer: Peer
    let clock: TimeSource

    /// - Parameters:
    ///   - configuration: How the connection is encrypted.
    ///   - host: The configured host, which may differ from the address that was dialed.
    ///   - peer: The kind of peer.
    ///   - clock: The source of the current time.
    package init(configuration: NATSClientConfiguration.TLS, host: String, peer: Peer, clock: TimeSource = .system) {
        self.configuration = configuration
        self.host = host
        self.peer = peer
        self.clock = clock
    }

    /// The name that the server's certificate must contain. Without the trailing dot of a fully qualified name, which is allowed
    /// neither in certificates nor in SNI (RFC 6066, section 3).
    var expectedName: String {
        let name = configuration.serverName ?? host
        return name.hasSuffix(".") && name != "." ? String(name.dropLast()) : name
    }

    /// The name for SNI, which does not support IP addresses.
    private var requestedName: String? { IPAddress(expectedName) == nil ? expectedName : nil }

    package func makeHandler(_ context: TLSContext) throws(NATSError) -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: context.context, serverHostname: requestedName)
        } catch {
            throw NATSError(.tls, "TLS cannot be used with the host \(printable(expectedName)): \(error)", cause: error)
        }
    }

    /// Checks the names in the certificate. swift-nio-ssl also accepts a certificate for the resolved IP address, and one with
    /// the name only as its common name. Neither is secure, because an attacker who answers the DNS query chooses the address.
    package func checkIdentity(_ certificate: NIOSSLCertificate?) throws(NATSError) {
        guard configuration.verification == .full else { return }
        guard let certificate else { throw NATSError(.tls, "the server showed no certificate") }
        let names = certificate.serverNames
        guard names.match(expectedName) else { throw wrongName(names) }
    }

    func wrongName(_ names: CertificateNames?) -> NATSError {
        let others = names.map { "; it is for \($0)" } ?? ""
        return NATSError(
            .tls,
            "the server's certificate is not for \(printable(expectedName))\(others). "
                + "Connect with a name in the certificate, or set tls_server_name"
        )
    }

    func status(of handler: NIOSSLClientHandler) -> TLSStatus {
        let version =
            switch handler.tlsVersion {
            case .tlsv13: "TLS 1.3"
            case .tlsv12: "TLS 1.2"
            case .tlsv11: "TLS 1.1"
            case .tlsv1: "TLS 1.0"
            case nil: "TLS"
            }
        return TLSStatus(version: version, isVerified: configuration.verification == .full)
    }
}

extension Sequence<UInt8> {
    /// Returns whether the bytes contain `needle`.
    fileprivate func contains(_ needle: some Collection<UInt8>) -> Bool {
        let bytes = Array(self)
        guard bytes.count >= needle.count else { return false }
        return (0...bytes.count - needle.count).contains { bytes[$0..<$0 + needle.count].elementsEqual(needle) }
    }
}
