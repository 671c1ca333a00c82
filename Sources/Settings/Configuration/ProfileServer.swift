public import NATS

/// One cluster of a profile. Its position in the list is its position on the ring.
public struct ProfileServer: Sendable, Hashable {
    /// The name shown, or nil to show the address.
    public var name: String?
    /// A host name or an IP address, usually of the load balancer in front of the cluster.
    public var host: String
    /// The TCP port, 1 to 65535.
    public var port: Int
    /// Other servers of the same cluster, tried in turn when the first does not answer.
    public var alternatives: [NATSClientConfiguration.Address] = []
    /// The URL of a server's HTTP monitoring endpoint, or nil.
    public var monitor: String?
    /// Whether it was given as `tls://` or with `tls = true`: whatever the profile says, nothing is sent to it that is not encrypted.
    public var requiresTLS = false
    /// The login for this cluster, in place of the profile's.
    public var login: Profile.Login?
    /// The encryption for this cluster, in place of the profile's.
    public var tls: NATSClientConfiguration.TLS?
    /// What the reply topics of this cluster begin with, in place of the profile's.
    public var inboxPrefix: String?

    /// Describes one cluster.
    ///
    /// - Parameters:
    ///   - name: The name shown, or nil to show the address.
    ///   - host: A host name or an IP address.
    ///   - port: The TCP port, 1 to 65535.
    ///   - monitor: The URL of a server's HTTP monitoring endpoint.
    ///   - requiresTLS: Whether nothing is sent to it that is not encrypted.
    public init(
        name: String? = nil,
        host: String,
        port: Int = ServerAddress.defaultPort,
        monitor: String? = nil,
        requiresTLS: Bool = false
    ) {
        self.requiresTLS = requiresTLS
        self.name = name
        self.host = host
        self.port = port
        self.monitor = monitor
    }

    /// `host:port`, with IPv6 addresses in brackets.
    public var endpoint: String { ServerAddress(host: host, port: port).endpoint }

    /// The addresses of all its servers.
    var endpoints: [String] { [endpoint] + alternatives.map(\.description) }

    /// The name if it has one, else the address.
    public var label: String { name ?? endpoint }
}

/// The rules that a list of servers must meet as a whole.
enum ServerList {
    /// Refuses a list from the command line that does not meet them.
    static func check(_ servers: [ProfileServer], naming: Profile.Naming, option: String) throws(SettingsError) {
        let conflicts = conflicts(in: servers, naming: naming)
        guard !conflicts.isEmpty else { return }
        throw SettingsError(
            .invalid,
            problems: conflicts.map { SettingsProblem(file: option, key: servers[$0.index].label, message: $0.message) }
        )
    }

    /// What is wrong with the list: the position of the entry to change, and the message that names the other one.
    struct Conflict: Hashable {
        let index: Int
        let message: String
    }

    /// Finds equal addresses, equal names and, where the ring is made of names, missing ones.
    static func conflicts(in servers: [ProfileServer], naming: Profile.Naming) -> [Conflict] {
        var conflicts: [Conflict] = []
        var endpoints: [String: Int] = [:]
        var names: [String: Int] = [:]
        for (index, server) in servers.enumerated() {
            for endpoint in server.endpoints {
                if let first = endpoints[endpoint.lowercased()] {
                    conflicts.append(
                        Conflict(
                            index: index,
                            message: first == index
                                ? "\(entry(index, servers)) has the address \(endpoint) twice, remove one"
                                : "\(entry(index, servers)) has the address of \(entry(first, servers)), "
                                    + "\(endpoint); each cluster needs its own"
                        )
                    )
                } else {
                    endpoints[endpoint.lowercased()] = index
                }
            }
            guard let name = server.name else {
                if naming == .name {
                    conflicts.append(
                        Conflict(index: index, message: "has no name, which naming = \"name\" needs; add name = \"…\"")
                    )
                }
                continue
            }
            if let first = names[name] {
                conflicts.append(
                    Conflict(
                        index: index,
                        message: "the name \(quoted(name)) is used by server \(first) (\(servers[first].endpoint)) and "
                            + "server \(index) (\(server.endpoint)); give one of them another"
                    )
                )
            } else {
                names[name] = index
            }
        }
        return conflicts
    }

    private static func entry(_ index: Int, _ servers: [ProfileServer]) -> String {
        "server \(index)" + (servers[index].name.map { " (\(quoted($0)))" } ?? "")
    }
}
