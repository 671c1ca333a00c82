import NIOSSL

/// Explains why a server's certificate is not trusted, by inspecting it and the trusted authorities.
///
/// swift-nio-ssl reports only that the verification failed. This type decides nothing: the connection has already been rejected.
struct TrustFailure {
    /// The server's certificate.
    let certificate: NIOSSLCertificate?
    /// The trusted authorities, or nil for those of the system, which cannot be listed.
    let authorities: [NIOSSLCertificate]?
    /// The source of the authorities.
    let roots: NATSClientConfiguration.TLS.TrustRoots
    /// The time of the check, in seconds since 1970.
    let now: Int64

    /// The reason, and what to do about it.
    var reason: String {
        guard let certificate else { return "the server's certificate is not trusted" }
        if let problem = certificate.validity(at: now) {
            return "the server's certificate \(problem); the server needs a valid one, or the clock of this machine is wrong"
        }
        guard certificate.isForServers else {
            return "the server's certificate is not a server certificate: its extended key usage lacks serverAuth; "
                + "the server needs a certificate with serverAuth"
        }
        // Report an expired authority even if there are other problems.
        let issuers = (authorities ?? []).filter { $0.subjectName == certificate.issuerName }
        let issuer = Self.name(certificate.issuerName)
        if let expired = issuers.lazy.compactMap({ $0.validity(at: now) }).first,
            issuers.allSatisfy({ $0.validity(at: now) != nil })
        {
            return "the authority \(issuer) in \(place), which signed the server's certificate, \(expired); "
                + "use the authority's new certificate, there and for the server"
        }
        if certificate.isSelfSigned {
            return "the server's certificate is self-signed and not trusted: \(unknownSelf). "
                + "Configure the certificate itself as a trust root (tls_ca), or use a server certificate signed by an authority"
        }
        if !issuers.isEmpty {
            return "the server's certificate is signed by an unknown authority, which \(place) does not contain: "
                + "the \(issuer) there has another key, or may not sign certificates; add the certificate of the signing authority"
        }
        let outdated = (authorities ?? []).compactMap { authority in
            authority.validity(at: now).map { "the authority \(Self.name(authority.subjectName)) there \($0)" }
        }
        return "the server's certificate is signed by an unknown authority, which \(distrust): \(issuer). "
            + "If that is an authority to trust, \(addition); if it is an intermediate certificate, the server has to send it too, "
            + "and it must be valid"
            + (outdated.first.map { "; \($0)" } ?? "")
    }

    /// The source of the authorities, as the subject of a sentence.
    private var place: String {
        switch roots {
        case .system: "the system"
        case .file(let path): printable(path)
        case .pem: "the configured trust roots"
        }
    }

    private var distrust: String {
        switch roots {
        case .system: "the system does not trust"
        case .file(let path): "\(printable(path)) does not contain"
        case .pem: "the configured trust roots do not contain"
        }
    }

    private var addition: String {
        switch roots {
        case .system: "configure its certificate as a trust root (tls_ca)"
        case .file, .pem: "add its certificate there"
        }
    }

    private var unknownSelf: String {
        switch roots {
        case .system: "the system does not trust it"
        case .file(let path): "\(printable(path)) does not contain it"
        case .pem: "the configured trust roots do not contain it"
        }
    }

    /// Returns the common name in quotes, such as `"Example CA"`, else the organization, else the last part.
    private static func name(_ name: [SSLCertificateName]) -> String {
        let part =
            name.last { $0.type == .commonName } ?? name.last { $0.type == .organization || $0.type == .organizationalUnit }
            ?? name.last
        return part.map { "\"\(printable($0.value, limit: 100))\"" } ?? "an empty name"
    }
}

extension NIOSSLCertificate {
    fileprivate var isSelfSigned: Bool { subjectName == issuerName }

    /// Returns what is wrong with the validity period, as the end of a sentence, or nil if the certificate is valid.
    fileprivate func validity(at now: Int64) -> String? {
        if Int64(notValidAfter) < now { return "expired on \(CalendarTime.text(Int64(notValidAfter)))" }
        guard Int64(notValidBefore) > now else { return nil }
        return "is not valid before \(CalendarTime.text(Int64(notValidBefore)))"
    }

    /// Whether a TLS server may use the certificate: it has no extended key usage (RFC 5280, section 4.2.1.12), or one that
    /// allows it.
    fileprivate var isForServers: Bool {
        // Compare the raw identifiers: a peer can choose an identifier that is too long for swift-nio-ssl to print.
        let identifier = NIOSSLObjectIdentifier("2.5.29.37")
        guard let usage = _extensions.first(where: { $0.objectIdentifier == identifier }) else { return true }
        // The identifiers in DER: id-kp-serverAuth and anyExtendedKeyUsage.
        let accepted: [[UInt8]] = [
            [0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01], [0x06, 0x04, 0x55, 0x1D, 0x25, 0x00],
        ]
        let bytes = Array(usage.data)
        return accepted.contains { identifier in
            bytes.indices.contains { bytes[$0...].starts(with: identifier) }
        }
    }
}
