import ArgumentParser
import CommandSupport
import RouletteNATS
import Settings

/// The TLS settings, which replace the profile's. Each of these options requires TLS.
struct TLSOptions: ParsableArguments {
    @Option(
        name: .long,
        help: .init("Require TLS, and trust the authorities in this PEM file.", valueName: "file"),
        completion: .file()
    )
    var tlsCa: String?

    @Option(
        name: .long,
        help: .init("Present this certificate (PEM) to servers that request one.", valueName: "file"),
        completion: .file()
    )
    var tlsCert: String?

    @Option(name: .long, help: .init("The private key of --tls-cert (PEM).", valueName: "file"), completion: .file())
    var tlsKey: String?

    @Option(
        name: .long,
        help: .init("Require TLS, and expect this name in the server's certificate instead of its host.", valueName: "name")
    )
    var tlsServerName: String?

    @Flag(name: .long, help: "Encrypt from the first byte, for servers and load balancers that expect it.")
    var tlsFirst = false

    @Flag(
        name: .long,
        help: "Do not verify certificates. Anyone on the network path can read and change everything."
    )
    var insecureSkipTlsVerify = false

    /// The options that were given.
    var given: [String] {
        [
            ("--tls-ca", tlsCa != nil), ("--tls-cert", tlsCert != nil), ("--tls-key", tlsKey != nil), ("--tls-first", tlsFirst),
            ("--tls-server-name", tlsServerName != nil),
            ("--insecure-skip-tls-verify", insecureSkipTlsVerify),
        ].filter(\.1).map(\.0)
    }

    var isEmpty: Bool { given.isEmpty }

    /// Changes the TLS settings of a profile and of its servers.
    func apply(to profile: inout Profile, environment: [String: String]) throws(CommandError) {
        guard !isEmpty else { return }
        try apply(to: &profile.tls, environment)
        for index in profile.servers.indices {
            guard var tls = profile.servers[index].tls else { continue }
            try apply(to: &tls, environment)
            profile.servers[index].tls = tls
        }
    }

    private func apply(
        to tls: inout NATSClientConfiguration.TLS,
        _ environment: [String: String]
    ) throws(CommandError) {
        func path(_ text: String) -> String { PathArgument.expanded(text, environment: environment) }
        if let tlsCa { tls.trustRoots = .file(path(tlsCa)) }
        switch (tlsCert, tlsKey) {
        case (nil, nil): break
        case (let certificate?, let key?): tls.clientCertificate = .init(chainFile: path(certificate), keyFile: path(key))
        case (_?, nil): throw .usage("--tls-cert needs --tls-key, the file of its private key")
        case (nil, _?): throw .usage("--tls-key needs --tls-cert, the file of its certificate")
        }
        if let tlsServerName { tls.serverName = tlsServerName }
        if insecureSkipTlsVerify { tls.verification = .none }
        if tls.mode != .first { tls.mode = tlsFirst ? .first : .required }
    }
}
