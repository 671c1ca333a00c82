import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension TLSAttempt {
    /// Why TLS failed, in the words of somebody who has to mend it.
    ///
    /// - Parameters:
    ///   - certificate: what the server showed, if it came to that.
    ///   - serverVerifiesClients: whether INFO says that the server demands a certificate (`tls_verify`).
    /// - Returns: `nil` for an error that has nothing to do with TLS.
    func explain(
        _ error: any Error,
        certificate: NIOSSLCertificate?,
        serverVerifiesClients: Bool
    ) -> NATSError? {
        switch error {
        case let error as NIOSSLExtraError
        where error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch:
            return wrongName(certificate?.serverNames)
        case let error as NIOSSLExtraError:
            return NATSError(.tls, "TLS failed: \(error)", cause: error)
        case NIOSSLError.handshakeFailed(let failure):
            let reason = Reason(failure)
            if reason.isEndOfStream {
                return serverVerifiesClients
                    ? clientRefused(nil) : NATSError(.tls, "the server closed the connection during the TLS handshake")
            }
            return explain(reason, certificate, serverVerifiesClients: serverVerifiesClients)
        case let failure as BoringSSLError:
            return explain(Reason(failure), certificate, serverVerifiesClients: serverVerifiesClients)
        case NIOSSLError.uncleanShutdown:
            // How a killed server looks; what was cut off shows in the protocol itself.
            return .closedByPeer
        case let error as NIOSSLError:
            return NATSError(.tls, "TLS failed: \(error)", cause: error)
        default:
            return nil
        }
    }

    /// A server that speaks TLS 1.3 refuses a client's certificate when the client takes the handshake for complete,
    /// and what it says of it can be lost with the connection.
    func closedBeforePong(serverVerifiesClients: Bool) -> NATSError? {
        serverVerifiesClients ? clientRefused(nil) : nil
    }

    private func explain(
        _ reason: Reason,
        _ certificate: NIOSSLCertificate?,
        serverVerifiesClients: Bool
    ) -> NATSError {
        if reason.contains("CERTIFICATE_VERIFY_FAILED") { return untrusted(certificate) }
        if reason.contains("WRONG_VERSION_NUMBER") {
            return NATSError(.tls, "the server does not speak TLS on this port")
        }
        if reason.contains("PROTOCOL_VERSION") || reason.contains("UNSUPPORTED_PROTOCOL") {
            return NATSError(.tls, "the server speaks no TLS version of 1.2 or newer")
        }
        if let alert = reason.alertAboutCertificate { return clientRefused(alert) }
        if serverVerifiesClients, reason.contains("ALERT_HANDSHAKE_FAILURE") { return clientRefused("handshake failure") }
        return NATSError(.tls, "the TLS handshake failed: \(reason)")
    }

    private func untrusted(_ certificate: NIOSSLCertificate?) -> NATSError {
        let now = time(nil)
        if let certificate, certificate.notValidAfter < now {
            return NATSError(.tls, "the server's certificate expired \(Self.date(certificate.notValidAfter))")
        }
        if let certificate, certificate.notValidBefore > now {
            let date = Self.date(certificate.notValidBefore)
            return NATSError(.tls, "the server's certificate is valid only from \(date) on; is the clock right?")
        }
        let remedy =
            switch configuration.trustRoots {
            case .system: "the system does not trust; name its authority as a trust root (tls_ca)"
            case .file(let path): "\(printable(path)) does not name"
            case .pem: "the configured trust roots do not name"
            }
        return NATSError(.tls, "the server's certificate is signed by an unknown authority, which \(remedy)")
    }

    private func clientRefused(_ alert: String?) -> NATSError {
        let said = alert.map { " (\($0))" } ?? ""
        guard let own = configuration.clientCertificate else {
            return NATSError(
                .tls,
                "the server demands a client certificate\(said) and none is configured; set tls_cert and tls_key"
            )
        }
        return NATSError(
            .tls,
            "the server refused the client certificate \(printable(own.chainFile))\(said); "
                + "is it valid today, and signed by an authority the server trusts?"
        )
    }

    /// `2026-01-31`, in UTC.
    private static func date(_ time: time_t) -> String {
        var time = time
        var parts = tm()
        gmtime_r(&time, &parts)
        func digits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "on \(parts.tm_year + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
    }
}

/// The reasons that BoringSSL gives, which only its text tells apart: `error:…:OPENSSL_internal:REASON at FILE:LINE`.
private struct Reason: CustomStringConvertible {
    let isEndOfStream: Bool
    private let names: [String]

    init(_ error: BoringSSLError) {
        switch error {
        case .sslError(let stack), .unknownError(let stack):
            isEndOfStream = stack.contains(.eofDuringHandshake)
            names = stack.map { entry in
                let text = entry.description.split(separator: " at ").first ?? ""
                return String(text.split(separator: ":").last ?? text)
            }
        default:
            isEndOfStream = false
            names = ["\(error)"]
        }
    }

    var description: String { names.joined(separator: ", ") }

    func contains(_ part: String) -> Bool { names.contains { $0.contains(part) } }

    /// The alerts by which a peer refuses the certificate it was shown (RFC 8446, section 6.2).
    var alertAboutCertificate: String? {
        let alerts = [
            "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED",
            "CERTIFICATE_UNKNOWN", "UNKNOWN_CA", "ACCESS_DENIED", "CERTIFICATE_REQUIRED",
        ]
        let alert = alerts.first { alert in names.contains { $0.contains("ALERT") && $0.hasSuffix(alert) } }
        return alert?.lowercased().split(separator: "_").joined(separator: " ")
    }
}
