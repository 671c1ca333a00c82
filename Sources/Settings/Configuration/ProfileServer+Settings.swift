import NATS
import NATSMonitoring
import Roulette

extension ProfileServer: SettingOwner {
    static let standard = ProfileServer(host: "")

    /// Every setting of a server, in the order of the example.
    ///
    /// - Parameter tls: The encryption of the profile, for what the server leaves out.
    static func settings(inheriting tls: NATSClientConfiguration.TLS = .standard) -> [Setting<ProfileServer>] {
        address + [.encryption(inheriting: tls)] + own
    }

    private static let address: [Setting<ProfileServer>] = [
        Setting("name", \.library.name, .optional(.name), "The name of the cluster.", shown: "alpha", absent: "its address"),
        Setting(
            "host",
            \.library.host,
            .host,
            "The host name or the IP address of the load balancer of the cluster, or of a server.",
            shown: "nats-alpha.example.org",
            absent: "none, every server needs one"
        ),
        Setting("port", \.library.port, .integer(1...65535), "The TCP port."),
        Setting(
            keys: [
                SettingKey(
                    "alternatives",
                    "Other servers of the same cluster, tried in turn when the first does not answer.\nDefault: none.",
                    shown: .set("[\(TOMLLiteral.string("nats-alpha-2.example.org:4222"))]")
                )
            ],
            \.library.alternatives
        ) { reader, server in
            for (node, _) in reader.value("alternatives").flatMap({ reader.strings($0) }) ?? [] {
                guard let address = reader.address(node) else { continue }
                server.library.alternatives.append(.init(host: address.host, port: address.port))
                // One that is tls:// makes all of them so: a login must not go to whichever answers in plain text.
                server.requiresTLS = server.requiresTLS || address.requiresTLS
            }
        } entries: { server in
            let addresses = server.library.alternatives.map { TOMLLiteral.string($0.description) }
            return addresses.isEmpty ? [] : [("alternatives", "[\(addresses.joined(separator: ", "))]")]
        },
        Setting(
            "monitor",
            \.monitor,
            .optional(.monitorURL),
            "The URL of a server's HTTP monitoring, with its http_base_path if it has one, for the Servers view of the console.",
            shown: try? MonitorEndpoint("http://nats-alpha.example.org:8222"),
            absent: "none"
        ),
    ]

    private static let own: [Setting<ProfileServer>] = [
        .login,
        Setting(
            "inbox_prefix",
            \.library.inboxPrefix,
            .optional(.inboxPrefix),
            "What reply topics of this cluster begin with.",
            inComment: "_INBOX.alpha",
            absent: "the prefix of the profile"
        ),
    ]
}

extension SettingFormat where Value == MonitorEndpoint {
    /// The URL of a server's monitoring.
    fileprivate static var monitorURL: Self {
        SettingFormat { node, reader in
            guard let text = SettingFormat<String>.text.read(node, &reader) else { return nil }
            do throws(MonitorError) {
                return try MonitorEndpoint(text)
            } catch {
                reader.note(node, error.message)
                return nil
            }
        } literal: {
            TOMLLiteral.string($0.description)
        }
    }
}

extension SettingFormat where Value == String {
    /// The name of a cluster.
    fileprivate static var name: Self {
        text.checked { name throws(ServerAddressError) in try ServerAddress.checkName(name) }
    }

    /// A host name or an IP address.
    fileprivate static var host: Self {
        text.checked { host throws(ServerAddressError) in try ServerAddress.checkHost(host) }
    }
}
