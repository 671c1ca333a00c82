import NIOCore
import NIOSSL

/// The server side of TLS, for proxies and scripted servers.
package struct TLSTermination: Sendable {
    /// The newest supported version of the protocol.
    package enum Version: Sendable {
        case tls12, tls13
    }

    private let context: NIOSSLContext

    /// - Parameters:
    ///   - certificate: The certificate of the server.
    ///   - clientAuthority: The PEM file of the authority for client certificates. Nil does not require a client
    ///     certificate.
    ///   - maximum: The newest supported version of the protocol.
    package init(
        certificate: TestAuthority.Certificate,
        clientAuthority: String? = nil,
        maximum: Version = .tls13
    ) throws {
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.certificateFile).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.keyFile, format: .pem))
        )
        settings.maximumTLSVersion =
            switch maximum {
            case .tls12: .tlsv12
            case .tls13: .tlsv13
            }
        if let clientAuthority {
            settings.trustRoots = .file(clientAuthority)
            settings.certificateVerification = .noHostnameVerification
        }
        self.context = try NIOSSLContext(configuration: settings)
    }

    func makeHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: self.context) }
}
