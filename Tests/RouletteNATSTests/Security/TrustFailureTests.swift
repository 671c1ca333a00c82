import NIOSSL
import TestSupport
import Testing

@testable import RouletteNATS

@Suite("Why a certificate is not trusted", .timeLimit(.minutes(2)))
struct TrustFailureTests {
    private func reason(_ certificate: TestAuthority.Certificate, trusting authority: TestAuthority?) throws -> String {
        let shown = try NIOSSLCertificate.fromPEMFile(certificate.certificateFile).first
        let roots: NATSClientConfiguration.TLS.TrustRoots = authority.map { .file($0.certificateFile) } ?? .system
        let authorities = try authority.map { try NIOSSLCertificate.fromPEMFile($0.certificateFile) }
        return TrustFailure(certificate: shown, authorities: authorities, roots: roots, now: TimeSource.system.secondsSince1970())
            .reason
    }

    @Test
    func `validity, purpose, self-signing and authority are distinguished`() async throws {
        try await TestAuthority.with { authority in
            let file = authority.certificateFile
            let expired = try reason(try await authority.issueForLoopback("expired", valid: .expired), trusting: authority)
            #expect(
                expired == "the server's certificate expired on 2021-01-01 at 00:00 UTC; the server needs a valid one, "
                    + "or the clock of this machine is wrong"
            )
            let early = try reason(try await authority.issueForLoopback("early", valid: .notYet), trusting: authority)
            #expect(early.hasPrefix("the server's certificate is not valid before 2090-01-01 at 00:00 UTC"))
            let client = try await authority.issue("client", hosts: ["localhost"], usage: "clientAuth")
            #expect(try reason(client, trusting: authority).contains("lacks serverAuth"))
            let own = try await authority.issue("own", hosts: ["localhost"], isSelfSigned: true)
            #expect(
                try reason(own, trusting: authority).contains("is self-signed and not trusted: \(file) does not contain it")
            )
            #expect(
                try reason(own, trusting: nil).contains("is self-signed and not trusted: the system does not trust it")
            )

            let stranger = try await TestAuthority.make("stranger")
            let unknown = try reason(try await stranger.issueForLoopback(), trusting: authority)
            #expect(unknown.contains("unknown authority, which \(file) does not contain: \"stranger\""))
            #expect(unknown.contains("If that is an authority to trust, add its certificate there"))
            let unlisted = try reason(try await stranger.issueForLoopback(), trusting: nil)
            #expect(unlisted.contains("the system does not trust: \"stranger\"") && unlisted.contains("as a trust root (tls_ca)"))
            let namesake = try await TestAuthority.make()
            let other = try reason(try await namesake.issueForLoopback(), trusting: authority)
            #expect(
                other.contains(
                    "unknown authority, which \(file) does not contain: the \"authority of a test\" there has another key"
                )
            )

            let intermediate = try await authority.makeIntermediate("middle")
            let middle = try reason(try await intermediate.issueForLoopback("leaf"), trusting: authority)
            #expect(middle.contains("does not contain: \"middle\"."))
            #expect(middle.contains("if it is an intermediate certificate, the server has to send it too"))
            try stranger.directory.remove()
            try namesake.directory.remove()
        }
        for (valid, part) in [(TestAuthority.Validity.expired, "expired on 2021-01-01"), (.notYet, "is not valid before 2090")] {
            let authority = try await TestAuthority.make("old", valid: valid)
            let direct = try reason(try await authority.issueForLoopback(), trusting: authority)
            #expect(
                direct.hasPrefix("the authority \"old\" in \(authority.certificateFile), which signed the server's certificate, ")
            )
            #expect(direct.contains(part) && direct.hasSuffix("use the authority's new certificate, there and for the server"))
            // The intermediate certificate of the server is not available here, but the date must be reported.
            let intermediate = try await authority.makeIntermediate("middle")
            let indirect = try reason(try await intermediate.issueForLoopback("leaf"), trusting: authority)
            #expect(indirect.contains("the authority \"old\" there \(part)"))
            try authority.directory.remove()
        }
    }

    @Test
    func `a certificate without a purpose is valid for every purpose`() async throws {
        try await TestAuthority.with { authority in
            for usage in [nil, "serverAuth", "clientAuth,serverAuth", "anyExtendedKeyUsage"] {
                let certificate = try await authority.issue("c", hosts: ["localhost"], usage: usage)
                #expect(try !reason(certificate, trusting: authority).contains("serverAuth"))
            }
            for usage in ["clientAuth", "codeSigning,emailProtection"] {
                let certificate = try await authority.issue("c", hosts: ["localhost"], usage: usage)
                #expect(try reason(certificate, trusting: authority).contains("serverAuth"))
            }
        }
    }
}
