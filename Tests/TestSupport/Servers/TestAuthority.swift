import Foundation

/// A certificate authority of a test's own, made with the `openssl` command. Files lie in ``directory``.
package struct TestAuthority: Sendable {
    /// A certificate with its key, as PEM files.
    package struct Certificate: Sendable {
        package let certificateFile: String
        /// Only its owner can read it.
        package let keyFile: String
    }

    /// When a certificate is valid.
    package enum Validity: Sendable {
        case today
        case expired

        /// From now. A negative number of days makes a certificate whose end has passed.
        fileprivate var days: String {
            switch self {
            case .today: "2"
            case .expired: "-1"
            }
        }
    }

    package let directory: TemporaryDirectory
    private let authority: Certificate

    /// The PEM file that makes certificates of this authority trusted.
    package var certificateFile: String { authority.certificateFile }

    /// Makes a new authority, which nobody trusts yet.
    package static func make() async throws -> TestAuthority {
        let directory = try TemporaryDirectory(for: "certificates")
        let authority = Certificate(
            certificateFile: "\(directory.path)/authority.pem",
            keyFile: "\(directory.path)/authority.key"
        )
        try await openSSL([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=authority of a test", "-keyout", authority.keyFile, "-out", authority.certificateFile,
            "-addext", "keyUsage=critical,keyCertSign",
        ])
        return TestAuthority(directory: directory, authority: authority)
    }

    /// Lends an authority to `body` and removes its files afterwards.
    package static func with<Result: Sendable>(_ body: (TestAuthority) async throws -> Result) async throws -> Result {
        let authority = try await make()
        defer { try? authority.directory.remove() }
        return try await body(authority)
    }

    /// Signs a certificate with a new key, for a server as well as for a client.
    ///
    /// - Parameters:
    ///   - name: The name of the files, and the common name.
    ///   - hosts: The DNS names it is for.
    ///   - addresses: The IP addresses it is for.
    package func issue(
        _ name: String,
        hosts: [String] = [],
        addresses: [String] = [],
        valid: Validity = .today
    ) async throws -> Certificate {
        let base = "\(directory.path)/\(name)"
        let certificate = Certificate(certificateFile: "\(base).pem", keyFile: "\(base).key")
        let names = hosts.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        var extensions = "extendedKeyUsage=serverAuth,clientAuth\n"
        if !names.isEmpty { extensions += "subjectAltName=\(names.joined(separator: ","))\n" }
        try extensions.write(toFile: "\(base).ext", atomically: true, encoding: .utf8)
        try await Self.openSSL([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", certificate.keyFile, "-out", "\(base).csr",
        ])
        try await Self.openSSL([
            "x509", "-req", "-in", "\(base).csr", "-days", valid.days, "-extfile", "\(base).ext",
            "-CA", authority.certificateFile, "-CAkey", authority.keyFile, "-CAcreateserial", "-out", certificate.certificateFile,
        ])
        return certificate
    }

    /// A certificate for `localhost` and `127.0.0.1`.
    package func issueForLoopback(_ name: String = "server", valid: Validity = .today) async throws -> Certificate {
        try await issue(name, hosts: ["localhost"], addresses: ["127.0.0.1"], valid: valid)
    }

    private static func openSSL(_ arguments: [String]) async throws {
        let (status, output) = try await ChildProcess.run(
            path: InstalledProgram.path(of: "openssl"),
            arguments: arguments,
            environment: ProcessInfo.processInfo.environment
        )
        guard status == .exited(0) else { throw OpenSSLFailed(arguments: arguments, output: output) }
    }
}

/// The `openssl` command refused.
struct OpenSSLFailed: Error, CustomStringConvertible {
    let arguments: [String]
    let output: String

    var description: String { "openssl \(arguments.joined(separator: " ")): \(output)" }
}
