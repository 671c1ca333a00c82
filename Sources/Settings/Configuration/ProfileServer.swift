import ConsistentHashing
public import NATSMonitoring
public import Roulette
import RouletteNATS
import TextCoding

/// One cluster of a profile. Its position in the list is its position on the ring.
///
/// It contains the server of the library's configuration, whose properties are also properties of this type.
@dynamicMemberLookup
public struct ProfileServer: Sendable {
    /// The URLs of its servers' HTTP monitoring endpoints. A URL may lead to several servers.
    public var monitors: [MonitorEndpoint]
    /// Whether the address begins with `tls://` or `tls = true` is set. Its connections are then always encrypted, even if the
    /// profile does not require it.
    public var requiresTLS = false
    /// The login for this cluster, which replaces the profile's.
    public var login: Profile.Login?
    /// The login of the system account for this cluster, which replaces the profile's.
    public var systemLogin: Profile.Login?
    /// The server of the library's configuration. Its credentials are not used, because each client derives them from ``login``.
    var library: ClusterConfiguration

    /// Creates a cluster.
    ///
    /// - Parameters:
    ///   - name: The name shown, or nil to show the address.
    ///   - host: A host name or an IP address.
    ///   - port: The TCP port, 1 to 65535.
    ///   - monitors: The URLs of its servers' HTTP monitoring endpoints.
    ///   - requiresTLS: Whether its connections are always encrypted.
    public init(
        name: String? = nil,
        host: String,
        port: Int = ServerAddress.defaultPort,
        monitors: [MonitorEndpoint] = [],
        requiresTLS: Bool = false
    ) {
        self.requiresTLS = requiresTLS
        self.monitors = monitors
        library = ClusterConfiguration(name: name, host: host, port: port)
    }

    /// Creates a cluster from its addresses.
    init(_ address: ClusterAddress) {
        self.init(name: address.name, host: address.servers[0].host, requiresTLS: address.requiresTLS)
        hosts = address.servers.map(\.address)
    }

    /// The addresses that are tried in random order, at least one. The first one identifies the cluster.
    var hosts: [NATSClientConfiguration.Address] {
        get { [.init(host: library.host, port: library.port)] + library.seeds }
        set {
            (library.host, library.port) = (newValue[0].host, newValue[0].port)
            library.seeds = Array(newValue.dropFirst())
        }
    }

    /// A property of the server of the library's configuration.
    public subscript<Value>(dynamicMember path: WritableKeyPath<ClusterConfiguration, Value>) -> Value {
        get { library[keyPath: path] }
        set { library[keyPath: path] = newValue }
    }

    /// `host:port`, with IPv6 addresses in brackets.
    public var endpoint: String { ServerAddress(host: library.host, port: library.port).endpoint }

    /// The addresses of all servers of the cluster.
    var endpoints: [String] { library.addresses.map(\.description) }

    /// The name, or the address if the cluster has no name.
    public var label: String { library.name ?? endpoint }
}

extension ProfileServer: Equatable {
    /// Whether all settings are equal.
    public static func == (left: ProfileServer, right: ProfileServer) -> Bool {
        left.requiresTLS == right.requiresTLS && settings().allSatisfy { $0.isEqual(left, right) }
    }
}

/// The rules for a list of servers as a whole.
enum ServerList {
    /// Throws if a list of servers from the command line breaks a rule.
    static func check(_ servers: [ProfileServer], naming: HashRing.Naming, option: String) throws(SettingsError) {
        let conflicts = conflicts(in: servers, naming: naming)
        guard !conflicts.isEmpty else { return }
        throw SettingsError(
            .invalid,
            problems: conflicts.map { SettingsProblem(file: option, key: servers[$0.index].label, message: $0.message) }
        )
    }

    /// A problem of the list: the index of the entry to change, and a message that names the other entry.
    struct Conflict: Hashable {
        let index: Int
        let message: String
    }

    /// Finds duplicate addresses, duplicate names and, if the ring uses names, missing names.
    static func conflicts(in servers: [ProfileServer], naming: HashRing.Naming) -> [Conflict] {
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
                        Conflict(index: index, message: "has no name, but naming = \"name\" requires one; add name = \"…\"")
                    )
                }
                continue
            }
            if let first = names[name] {
                conflicts.append(
                    Conflict(
                        index: index,
                        message: "the name \(quoted(name)) is used by server \(first) (\(servers[first].endpoint)) and "
                            + "server \(index) (\(server.endpoint)); rename one of them"
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
