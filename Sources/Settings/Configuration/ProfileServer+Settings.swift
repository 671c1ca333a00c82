import NATS
import NATSMonitoring
import Roulette

extension ProfileServer: SettingOwner {
    static let standard = ProfileServer(host: "")

    /// Every setting of a server, in the order of the example.
    ///
    /// - Parameter tls: The TLS settings of the profile, for keys that the server leaves out.
    static func settings(inheriting tls: NATSClientConfiguration.TLS = .standard) -> [Setting<ProfileServer>] {
        address + [.encryption(inheriting: tls)] + own
    }

    private static let address: [Setting<ProfileServer>] = [
        Setting("name", \.library.name, .optional(.name), "The name of the cluster.", shown: "alpha", absent: "its address"),
        Setting(
            "host",
            \.library.host,
            .host,
            "The host name or IP address of the cluster's load balancer, or of one of its servers.",
            shown: "nats-alpha.example.org",
            absent: "none, the key is required"
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
                // One tls:// address makes all of them require TLS, so that the login is not sent to another one in plain text.
                server.requiresTLS = server.requiresTLS || address.requiresTLS
            }
        } entries: { server in
            let addresses = server.library.alternatives.map { TOMLLiteral.string($0.description) }
            return addresses.isEmpty ? [] : [("alternatives", "[\(addresses.joined(separator: ", "))]")]
        },
        Setting(
            "monitor",
            \.monitors,
            .monitorURLs,
            "The URL of a server's HTTP monitoring, including its http_base_path if set, or an array with the URLs of all servers "
                + "of the cluster, for the Servers view of the console. A URL may lead to several servers through a load "
                + "balancer. The URLs are not needed with a login of the system account.",
            shown: [try? MonitorEndpoint("http://nats-alpha.example.org:8222")].compactMap(\.self),
            absent: "none"
        ),
    ]

    private static let own: [Setting<ProfileServer>] = [
        .login, .systemLogin,
        Setting(
            "inbox_prefix",
            \.library.inboxPrefix,
            .optional(.inboxPrefix),
            "The prefix of reply topics on this cluster.",
            inComment: "_INBOX.alpha",
            absent: "the prefix of the profile"
        ),
    ]
}

extension SettingFormat where Value == [MonitorEndpoint] {
    /// The URL of one server's monitoring, or an array of URLs.
    fileprivate static var monitorURLs: Self {
        let url = SettingFormat<MonitorEndpoint>.monitorURL
        return SettingFormat { node, reader in
            guard case .array(let elements) = node.value else { return url.read(node, &reader).map { [$0] } }
            var endpoints: [MonitorEndpoint] = []
            for element in elements {
                guard let endpoint = url.read(element, &reader) else { continue }
                if endpoints.contains(endpoint) {
                    reader.note(element, "\(endpoint) is listed twice, remove one")
                } else {
                    endpoints.append(endpoint)
                }
            }
            return endpoints
        } literal: { endpoints in
            let literals = endpoints.compactMap(url.literal)
            return literals.count > 1 ? "[\(literals.joined(separator: ", "))]" : literals.first
        }
    }
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
