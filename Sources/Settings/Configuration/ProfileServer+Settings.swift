import NATSMonitoring
import Roulette
import RouletteNATS

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
        hosts,
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
            let addresses = reader.value("alternatives").map { reader.addresses($0) } ?? []
            server.library.alternatives = addresses.map(\.address)
            // One tls:// address makes all of them require TLS, so that the login is not sent to another one in plain text.
            server.requiresTLS = server.requiresTLS || addresses.contains(where: \.requiresTLS)
        } entries: { server in
            let addresses = server.library.alternatives
            return addresses.isEmpty ? [] : [("alternatives", addresses.literal)]
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

    /// The addresses that attempts begin with: one in `host` and `port`, or several in `hosts`.
    private static let hosts = Setting<ProfileServer>(
        keys: [
            SettingKey(
                "host",
                "The host name or IP address of the cluster's load balancer, or of one of its servers.\nDefault: none, host or "
                    + "hosts is required.",
                shown: .set(TOMLLiteral.string("nats-alpha.example.org"))
            ),
            SettingKey("port", "The TCP port.\nRange: 1 to 65535.", shown: .set(String(ServerAddress.defaultPort))),
            SettingKey(
                "hosts",
                "Instead of host and port: the servers of a cluster without a load balancer, each of them tried once, in random "
                    + "order, before any of them is tried again. The cluster is still one node of the ring. The first address identifies it, so it should be the "
                    + "same in all programs; others can be added at any time.\nDefault: host and port.",
                shown: .inComment(["10.0.0.1:4222", "10.0.0.2:4222"].literal)
            ),
        ],
        \.hosts
    ) { reader, server in
        if let host = reader.read("host", as: .host) { server.library.host = host }
        if let port = reader.read("port", as: .integer(1...65535)) { server.library.port = port }
        guard let list = reader.value("hosts") else { return }
        for key in ["host", "port"] {
            guard let node = reader.value(key) else { continue }
            let advice = key == "port" ? "; write HOST:PORT in hosts" : ""
            reader.note(node, "hosts is set too, remove one of them" + advice)
        }
        if case .array(let elements) = list.value, elements.isEmpty {
            reader.note(list, "is empty, add an address such as \"10.0.0.1:4222\"")
        }
        let addresses = reader.addresses(list)
        guard !addresses.isEmpty else { return }
        server.hosts = addresses.map(\.address)
        server.requiresTLS = server.requiresTLS || addresses.contains(where: \.requiresTLS)
    } entries: { server in
        guard server.library.seeds.isEmpty else { return [("hosts", server.hosts.literal)] }
        return [("host", TOMLLiteral.string(server.host)), ("port", String(server.port))]
    }

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

extension Collection where Element: CustomStringConvertible {
    /// A TOML array of strings.
    fileprivate var literal: String { "[\(map { TOMLLiteral.string($0.description) }.joined(separator: ", "))]" }
}
