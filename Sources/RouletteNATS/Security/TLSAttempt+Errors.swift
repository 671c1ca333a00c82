package import NIOSSL

extension TLSAttempt {
    /// Returns an error that says why TLS failed and how to fix it.
    ///
    /// - Parameters:
    ///   - handler: The handler of the handshake.
    ///   - context: The context of the handshake.
    ///   - serverVerifiesClients: Whether the server demands a client certificate according to its INFO (`tls_verify`).
    /// - Returns: `nil` if the error is unrelated to TLS.
    package func explain(
        _ error: any Error,
        by handler: NIOSSLClientHandler,
        _ context: TLSContext,
        serverVerifiesClients: Bool = false
    ) -> NATSError? {
        let (certificate, authorities) = (handler.peerCertificate, context.authorities)
        switch error {
        case let error as NIOSSLExtraError
        where error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch:
            return wrongName(certificate?.serverNames)
        case let error as NIOSSLExtraError:
            return NATSError(.tls, "TLS failed: \(error)", cause: error)
        case NIOSSLError.handshakeFailed(let failure):
            let reason = Reason(failure)
            if reason.isEndOfStream {
                return serverVerifiesClients ? clientRefused(nil) : .endedDuringHandshake(how: "closed", peer)
            }
            return explain(reason, certificate, authorities, serverVerifiesClients: serverVerifiesClients)
        case let failure as BoringSSLError:
            return explain(Reason(failure), certificate, authorities, serverVerifiesClients: serverVerifiesClients)
        case NIOSSLError.uncleanShutdown:
            // A killed server closes the connection like this. If data is missing, the NATS protocol detects it.
            return .closedByPeer
        case let error as NIOSSLError:
            return NATSError(.tls, "TLS failed: \(error)", cause: error)
        default:
            return nil
        }
    }

    /// Returns the error for a connection that was closed before the PONG. With TLS 1.3, a server rejects a client certificate
    /// after the handshake is complete for the client, and its alert can be lost with the connection.
    func closedBeforePong(serverVerifiesClients: Bool) -> NATSError? {
        serverVerifiesClients ? clientRefused(nil) : nil
    }

    private func explain(
        _ reason: Reason,
        _ certificate: NIOSSLCertificate?,
        _ authorities: [NIOSSLCertificate]?,
        serverVerifiesClients: Bool
    ) -> NATSError {
        if reason.contains("CERTIFICATE_VERIFY_FAILED") {
            let failure = TrustFailure(
                certificate: certificate,
                authorities: authorities,
                roots: configuration.trustRoots,
                now: clock.secondsSince1970()
            )
            return NATSError(.tls, failure.reason)
        }
        if reason.contains("WRONG_VERSION_NUMBER") { return noTLS }
        if reason.contains("PROTOCOL_VERSION") || reason.contains("UNSUPPORTED_PROTOCOL") {
            return NATSError(.tls, "the server does not support TLS 1.2 or newer")
        }
        if let alert = reason.alertAboutCertificate { return clientRefused(alert) }
        if serverVerifiesClients, reason.contains("ALERT_HANDSHAKE_FAILURE") { return clientRefused("handshake failure") }
        return NATSError(.tls, "the TLS handshake failed: \(reason)")
    }

    /// The peer answered the handshake with something that is not TLS.
    private var noTLS: NATSError {
        switch peer {
        case .server: NATSError(.tls, "the server does not speak TLS on this port")
        case .serverWithTLSFirst: .plainTextFirst
        case .monitoring: NATSError(.tls, "the server does not speak TLS on this port; use http:// for it")
        }
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
}

extension NATSError {
    /// An attacker could inject plain text, which must not be treated as sent inside TLS.
    static let plainTextBeforeTLS = NATSError(
        .tls,
        "the peer sent plain text where the TLS handshake had to begin; either it does not expect TLS there, "
            + "or an attacker injected it"
    )
    /// A server without `handshake_first` sends its INFO before the client has sent anything.
    static let plainTextFirst = NATSError(
        .tls,
        "the server sent plain text first, so it does not expect TLS from the first byte; "
            + "use tls = \"required\" in place of \"first\" (leave out --tls-first)"
    )
    /// Returns the error for a connection that ended during the handshake. A server without `handshake_first` closes it because
    /// it cannot read the first bytes of TLS. Its INFO can be lost then.
    ///
    /// - Parameter how: `closed` or `reset`.
    static func endedDuringHandshake(how: String, _ peer: TLSAttempt.Peer) -> NATSError {
        let question =
            switch peer {
            case .server, .monitoring: "does it expect TLS on this port?"
            case .serverWithTLSFirst:
                "does it expect TLS from the first byte? If not, use tls = \"required\" in place of \"first\" (leave out --tls-first)"
            }
        return NATSError(.tls, "the peer \(how) the connection during the TLS handshake; \(question)")
    }
    static let closedAfterHandshake = NATSError(
        .tls,
        "the server closed the connection right after the TLS handshake; does it demand another client certificate?"
    )
}

/// The reasons that BoringSSL reports. Only their texts distinguish them: `error:…:OPENSSL_internal:REASON at FILE:LINE`.
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

    /// The alert with which the peer rejected the client certificate (RFC 8446, section 6.2).
    var alertAboutCertificate: String? {
        let alerts = [
            "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED",
            "CERTIFICATE_UNKNOWN", "UNKNOWN_CA", "ACCESS_DENIED", "CERTIFICATE_REQUIRED",
        ]
        let alert = alerts.first { alert in names.contains { $0.contains("ALERT") && $0.hasSuffix(alert) } }
        return alert?.lowercased().split(separator: "_").joined(separator: " ")
    }
}
