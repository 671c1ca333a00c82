import RouletteNATS

private typealias TLS = NATSClientConfiguration.TLS

extension NATSClientConfiguration.TLS: SettingOwner {
    static let standard = Self()

    /// The TLS settings except `tls` itself, for a profile and for a server.
    static let settings: [Setting<Self>] = [
        Setting(
            "tls_ca",
            \.authoritiesFile,
            .optional(.path),
            "A PEM file with the certificate authorities to trust.",
            shown: "~/.nats/ca.pem",
            absent: "the certificate authorities of the system"
        ),
        Setting(
            keys: [
                SettingKey(
                    "tls_cert",
                    "A PEM file with the client certificate, for servers that ask for one.\nDefault: none.",
                    shown: .set(TOMLLiteral.string("~/.nats/ops.pem"))
                ),
                SettingKey(
                    "tls_key",
                    "A PEM file with the private key of tls_cert. It must be private: chmod 600.",
                    shown: .set(TOMLLiteral.string("~/.nats/ops.key"))
                ),
            ],
            \.clientCertificate
        ) { reader, tls in
            if let certificate = reader.clientCertificate() { tls.clientCertificate = certificate }
        } entries: { tls in
            guard let certificate = tls.clientCertificate else { return [] }
            return [
                ("tls_cert", TOMLLiteral.string(certificate.chainFile)), ("tls_key", TOMLLiteral.string(certificate.keyFile)),
            ]
        },
        Setting(
            "tls_server_name",
            \.serverName,
            .optional(.serverName),
            "The name that the server's certificate must have.",
            inComment: "nats.example.org",
            absent: "the host"
        ),
        Setting(
            "tls_verify",
            \.verifies,
            .optional(.boolean),
            "Whether the server's certificate is verified. If false, anyone on the network path can impersonate the server, "
                + "so use that only for tests."
        ),
    ]

    fileprivate static let modeFormat = SettingFormat<Mode>.choice

    private var authoritiesFile: String? {
        get { if case .file(let path) = trustRoots { path } else { nil } }
        set { trustRoots = newValue.map { .file($0) } ?? .system }
    }

    /// Whether certificates are verified, or nil if TLS is off.
    private var verifies: Bool? {
        get { mode == .disabled ? nil : verification == .full }
        set { verification = newValue == false ? .none : .full }
    }

    /// All TLS settings as keys and TOML literals.
    fileprivate var entries: [(key: String, literal: String)] {
        let mode = Self.modeFormat.literal(mode).map { [(key: "tls", literal: $0)] } ?? []
        return mode + Self.settings.flatMap { $0.entries(self) }
    }
}

extension SettingFormat where Value == String {
    /// The name that a certificate must have.
    fileprivate static var serverName: Self {
        text.checked { name throws(ServerAddressError) in try ServerAddress.checkServerName(name) }
    }
}

extension Setting where Owner == Profile {
    /// The TLS settings of all servers.
    static let encryption = Setting(
        keys: [
            SettingKey(
                "tls",
                "When connections are encrypted: \"auto\" if the server asks for it, \"required\" always, \"first\" always and "
                    + "from the first byte, before the server sends anything, \"off\" never. The authorities and the certificate "
                    + "are also used for https:// monitoring. A server may have its own value of each tls key.\nDefault: "
                    + "\"required\" if a tls_ key is set, else \"auto\".",
                shown: .set("\"required\"")
            )
        ] + TLS.settings.flatMap(\.keys),
        \.library.tls
    ) { reader, profile in
        let mode = reader.read("tls", as: TLS.modeFormat)
        if let tls = reader.tls(over: profile.library.tls, mode: mode) { profile.library.tls = tls }
    } entries: {
        $0.library.tls.entries
    }
}

extension Setting where Owner == ProfileServer {
    /// The TLS settings of one server. Missing keys have the values of `inherited`.
    static func encryption(inheriting inherited: NATSClientConfiguration.TLS) -> Setting {
        Setting(
            keys: [
                SettingKey(
                    "tls",
                    "true if connections to this cluster are always encrypted, or a mode as above. The tls_ keys are possible "
                        + "too.\nDefault: the mode of the profile.",
                    shown: .set("true")
                )
            ],
            \.library.tls
        ) { reader, server in
            var mode: TLS.Mode?
            if let node = reader.value("tls") {
                switch node.value {
                case .boolean(let flag): server.requiresTLS = server.requiresTLS || flag
                case .string: mode = TLS.modeFormat.read(node, &reader)
                default: reader.note(node, "expected true, \"auto\", \"required\", \"first\" or \"off\", found \(node.kind)")
                }
            }
            server.library.tls = reader.tls(over: inherited, mode: mode)
            if mode == .disabled, server.requiresTLS, let node = reader.value("hosts") ?? reader.value("alternatives") {
                reader.note(node, "a tls:// address conflicts with tls = \"off\", remove one")
            }
        } entries: { server in
            guard let tls = server.library.tls else { return server.requiresTLS ? [("tls", "true")] : [] }
            return (server.requiresTLS ? tls.requiring() : tls).entries
        }
    }
}

extension TableReader {
    /// Reads the TLS keys except `tls` itself.
    ///
    /// - Parameters:
    ///   - inherited: The values of missing keys.
    ///   - mode: The value of `tls`, or nil.
    /// - Returns: The settings, or nil if no TLS key is present.
    fileprivate mutating func tls(over inherited: TLS, mode: TLS.Mode?) -> TLS? {
        var tls = inherited
        for setting in TLS.settings { setting.read(&self, &tls) }
        let given = TLS.settings.flatMap(\.keys).map(\.name).filter { value($0) != nil }
        if let mode {
            tls.mode = mode
        } else if given.contains(where: { $0 != "tls_verify" }), tls.mode != .first {
            // Certificates imply TLS, even if the server does not ask for it.
            tls.mode = .required
        }
        if mode == .disabled, !given.isEmpty, let node = value("tls") {
            note(node, "tls is \"off\", but other tls_ keys are set; remove them, or use tls = \"required\"")
        }
        return mode == nil && given.isEmpty ? nil : tls
    }

    /// Reads a client certificate and its private key.
    fileprivate mutating func clientCertificate() -> TLS.ClientCertificate? {
        let certificate = read("tls_cert", as: .path)
        let key = read("tls_key", as: .path)
        switch (certificate, key) {
        case (let certificate?, let key?):
            return .init(chainFile: certificate, keyFile: key)
        case (nil, nil):
            break
        case (_?, nil):
            if let node = value("tls_cert") {
                note(node, "a client certificate needs its private key too, add tls_key = \"…\"")
            }
        case (nil, _?):
            if let node = value("tls_key") {
                note(node, "a private key needs its certificate too, add tls_cert = \"…\"")
            }
        }
        return nil
    }
}
