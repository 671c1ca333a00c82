import ArgumentParser
import NATS
import Settings

/// How connections are encrypted, in place of what the profile says. Any of them means that they are.
struct TLSOptions: ParsableArguments {
    @Option(
        name: .long,
        help: .init("Require TLS, and trust the authorities in this PEM file.", valueName: "file"),
        completion: .file()
    )
    var tlsCa: String?

    @Option(
        name: .long,
        help: .init("Show this certificate (PEM) to servers that ask for one.", valueName: "file"),
        completion: .file()
    )
    var tlsCert: String?

    @Option(name: .long, help: .init("The private key of --tls-cert (PEM).", valueName: "file"), completion: .file())
    var tlsKey: String?

    @Flag(name: .long, help: "Encrypt from the first byte, for servers and load balancers that expect it.")
    var tlsFirst = false

    @Flag(
        name: .long,
        help: "Believe whoever answers, without looking at its certificate. Anybody in between can read and change everything."
    )
    var insecureSkipTlsVerify = false

    /// The options given.
    var given: [String] {
        [
            ("--tls-ca", tlsCa != nil), ("--tls-cert", tlsCert != nil), ("--tls-key", tlsKey != nil), ("--tls-first", tlsFirst),
            ("--insecure-skip-tls-verify", insecureSkipTlsVerify),
        ].filter(\.1).map(\.0)
    }

    var isEmpty: Bool { given.isEmpty }

    func apply(to profile: inout Profile) throws(CommandFailure) {
        guard !isEmpty else { return }
        if let tlsCa { profile.tls.trustRoots = .file(tlsCa) }
        switch (tlsCert, tlsKey) {
        case (nil, nil): break
        case (let certificate?, let key?): profile.tls.clientCertificate = .init(chainFile: certificate, keyFile: key)
        case (_?, nil): throw .usage("--tls-cert needs --tls-key, the file of its private key")
        case (nil, _?): throw .usage("--tls-key needs --tls-cert, the file of its certificate")
        }
        if insecureSkipTlsVerify { profile.tls.verification = .none }
        if profile.tls.mode != .first { profile.tls.mode = tlsFirst ? .first : .required }
    }
}
