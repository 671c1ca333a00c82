import Foundation

/// A certificate authority for a test, created with the `openssl` command. Its files are in ``directory``.
package struct TestAuthority: Sendable {
    /// A certificate with its key, as PEM files.
    package struct Certificate: Sendable {
        package let certificateFile: String
        /// Readable only for its owner.
        package let keyFile: String
    }

    /// The validity of a certificate.
    package enum Validity: Sendable {
        case today
        case expired
        case notYet

        /// The bounds in the format of `openssl ca`; nil for today.
        fileprivate var dates: (start: String, end: String)? {
            switch self {
            case .today: nil
            case .expired: ("20200101000000Z", "20210101000000Z")
            case .notYet: ("20900101000000Z", "20910101000000Z")
            }
        }
    }

    package let directory: TemporaryDirectory
    private let authority: Certificate

    /// The PEM file for programs that trust this authority.
    package var certificateFile: String { authority.certificateFile }

    /// Creates a new authority, which no program trusts yet.
    package static func make(_ name: String = "authority of a test", valid: Validity = .today) async throws -> TestAuthority {
        let directory = try TemporaryDirectory(for: "certificates")
        let base = "\(directory.path)/authority"
        let authority = Certificate(certificateFile: "\(base).pem", keyFile: "\(base).key")
        try await sign(name, authority, base, extensions: authorityExtensions, by: nil, valid: valid, in: directory)
        return TestAuthority(directory: directory, authority: authority)
    }

    /// Creates an intermediate authority, signed by this one.
    package func makeIntermediate(_ name: String, valid: Validity = .today) async throws -> TestAuthority {
        let base = "\(directory.path)/\(name.replacing(" ", with: "-"))"
        let intermediate = Certificate(certificateFile: "\(base).pem", keyFile: "\(base).key")
        let extensions = Self.authorityExtensions
        try await Self.sign(name, intermediate, base, extensions: extensions, by: authority, valid: valid, in: directory)
        return TestAuthority(directory: directory, authority: intermediate)
    }

    /// Passes an authority to `body` and deletes its files afterwards.
    package static func with<Result: Sendable>(_ body: (TestAuthority) async throws -> Result) async throws -> Result {
        let authority = try await make()
        defer { try? authority.directory.remove() }
        return try await body(authority)
    }

    /// Issues a certificate with a new key, for a server or a client.
    ///
    /// - Parameters:
    ///   - name: The name of the files, and the common name.
    ///   - hosts: The DNS names of the certificate.
    ///   - addresses: The IP addresses of the certificate.
    ///   - valid: The validity.
    ///   - usage: The value of `extendedKeyUsage`; nil omits it.
    ///   - isSelfSigned: Whether the certificate is signed with its own key instead of the authority's.
    package func issue(
        _ name: String,
        hosts: [String] = [],
        addresses: [String] = [],
        valid: Validity = .today,
        usage: String? = "serverAuth,clientAuth",
        isSelfSigned: Bool = false
    ) async throws -> Certificate {
        let base = "\(directory.path)/\(name)"
        let certificate = Certificate(certificateFile: "\(base).pem", keyFile: "\(base).key")
        let names = hosts.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        var extensions = usage.map { "extendedKeyUsage=\($0)\n" } ?? "basicConstraints=CA:false\n"
        if !names.isEmpty { extensions += "subjectAltName=\(names.joined(separator: ","))\n" }
        let issuer = isSelfSigned ? nil : authority
        try await Self.sign(name, certificate, base, extensions: extensions, by: issuer, valid: valid, in: directory)
        return certificate
    }

    /// Appends the certificate of an authority to one that it signed, in the order in which servers send them.
    package func append(to certificate: Certificate) throws {
        let chain = try [certificate.certificateFile, certificateFile].map { try String(contentsOfFile: $0, encoding: .utf8) }
        try chain.joined().write(toFile: certificate.certificateFile, atomically: true, encoding: .utf8)
    }

    /// Issues a certificate for `localhost` and `127.0.0.1`.
    package func issueForLoopback(_ name: String = "server", valid: Validity = .today) async throws -> Certificate {
        try await issue(name, hosts: ["localhost"], addresses: ["127.0.0.1"], valid: valid)
    }

    // MARK: Signing

    private static let authorityExtensions = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n"

    /// The configuration that `openssl ca` requires. It is the only command that can set both dates.
    private static let configuration = """
        [ca]
        default_ca = test
        [test]
        database = $dir/index.txt
        new_certs_dir = $dir
        default_md = sha256
        policy = any
        rand_serial = yes
        unique_subject = no
        default_days = 2
        [any]
        commonName = supplied

        """

    /// - Parameter issuer: The signing authority; nil for the certificate's own key.
    private static func sign(
        _ name: String,
        _ certificate: Certificate,
        _ base: String,
        extensions: String,
        by issuer: Certificate?,
        valid: Validity,
        in directory: TemporaryDirectory
    ) async throws {
        try extensions.write(toFile: "\(base).ext", atomically: true, encoding: .utf8)
        try configuration.replacing("$dir", with: directory.path)
            .write(toFile: "\(base).cnf", atomically: true, encoding: .utf8)
        if !FileManager.default.fileExists(atPath: "\(directory.path)/index.txt") {
            try "".write(toFile: "\(directory.path)/index.txt", atomically: true, encoding: .utf8)
        }
        try await openSSL([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", certificate.keyFile, "-out", "\(base).csr",
        ])
        let signer = issuer.map { ["-cert", $0.certificateFile, "-keyfile", $0.keyFile] }
        let dates = valid.dates.map { ["-startdate", $0.start, "-enddate", $0.end] } ?? []
        try await openSSL(
            ["ca", "-batch", "-notext", "-config", "\(base).cnf", "-in", "\(base).csr", "-out", certificate.certificateFile]
                + (signer ?? ["-selfsign", "-keyfile", certificate.keyFile]) + ["-extfile", "\(base).ext"] + dates
        )
    }

    private static func openSSL(_ arguments: [String]) async throws {
        let (status, output) = try await ChildProcess.run(
            path: InstalledProgram.path(of: "openssl"),
            arguments: arguments,
            environment: ProcessInfo.processInfo.environment
        )
        guard status == .exited(0) else { throw OpenSSLError(arguments: arguments, output: output) }
    }
}

/// The `openssl` command failed.
struct OpenSSLError: Error, CustomStringConvertible {
    let arguments: [String]
    let output: String

    var description: String { "openssl \(arguments.joined(separator: " ")): \(output)" }
}
