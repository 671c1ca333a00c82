public import RouletteNATS

/// A cluster, described by the address of its load balancer, or by the addresses of its servers. Roulette 1.0.5 and the
/// configuration file of the command call this a server.
///
/// It is one node of the ring, however many addresses it has. Its place on the ring is its position in
/// ``RouletteConfiguration/clusters``, or its ``name``, and never depends on an address. ``host`` and ``port`` identify it
/// where an address is shown (``Cluster/address``) and in the fingerprint of a ring whose clusters have not been reached, so
/// programs that share a deployment should name the same address first. More ``seeds`` change neither.
public struct ClusterConfiguration: Sendable {
    /// The displayed name. With ``ConsistentHashing/HashRing/Naming/name``, the ring uses it too.
    public var name: String?
    /// A host name or an IP address. With several addresses, the host of the first one.
    public var host: String
    /// The TCP port.
    public var port: Int
    /// More servers of the same cluster, for a cluster without a load balancer. Every round of attempts tries them and
    /// ``host``, each once and in a random order. The one that the last connection used is the last.
    ///
    /// All addresses have the same login and the same TLS settings. The certificate has to be for the host that is used.
    public var seeds: [NATSClientConfiguration.Address] = []
    /// Other servers of the same cluster, tried in order if neither ``host`` nor ``seeds`` answer.
    public var alternatives: [NATSClientConfiguration.Address] = []
    /// The credentials for this cluster, instead of ``RouletteConfiguration/credentials``.
    public var credentials: (@Sendable () throws -> NATSClientConfiguration.Credentials)?
    /// The TLS settings for this cluster, instead of ``RouletteConfiguration/tls``.
    public var tls: NATSClientConfiguration.TLS?
    /// The prefix of the reply topics of this cluster, instead of ``RouletteConfiguration/inboxPrefix``.
    public var inboxPrefix: String?

    /// Creates a cluster from its address.
    public init(name: String? = nil, host: String, port: Int = 4222) {
        self.name = name
        self.host = host
        self.port = port
    }

    /// Creates a cluster without a load balancer from the addresses of its servers.
    ///
    /// - Parameters:
    ///   - name: The displayed name.
    ///   - hosts: The addresses, at least one. The first one identifies the cluster; see ``ClusterConfiguration``.
    /// - Throws: ``RouletteError/Code/configuration`` if there is no address.
    public init(name: String? = nil, hosts: [NATSClientConfiguration.Address]) throws(RouletteError) {
        guard let first = hosts.first else {
            throw RouletteError(.configuration, "a server has no address; list at least one host")
        }
        self.init(name: name, host: first.host, port: first.port)
        seeds = Array(hosts.dropFirst())
    }
}

extension ClusterConfiguration {
    /// `host:port` with the host in lower case, to compare servers.
    var normalizedAddress: String {
        addresses[0].normalized
    }

    /// All addresses in normalized form.
    var normalizedAddresses: [String] { addresses.map(\.normalized) }

    /// All addresses of the cluster. The first one identifies it.
    package var addresses: [NATSClientConfiguration.Address] { [.init(host: host, port: port)] + seeds + alternatives }

    /// The configured name, or the address if there is no name.
    var displayName: String { name ?? normalizedAddress }
}
