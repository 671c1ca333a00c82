import NIOCore
import NIOSSL

/// The server's side of TLS, for proxies and scripted servers.
package struct TLSTermination: Sendable {
    /// The newest version of the protocol that is spoken.
    package enum Version: Sendable {
        case tls12, tls13
    }

    private let context: NIOSSLContext

    /// - Parameters:
    ///   - certificate: What the server shows.
    ///   - clientAuthority: The PEM file of the authority whose certificates clients have to show, or nil for none.
    ///   - maximum: The newest version of the protocol.
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
