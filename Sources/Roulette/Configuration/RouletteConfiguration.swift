public import ConsistentHashing
public import NATS

/// A deployment and how to use it. The names and defaults are those of Roulette 1.0.5 where it has them.
public struct RouletteConfiguration: Sendable {
    /// One cluster: the address of its load balancer, or of a server.
    public struct Server: Sendable {
        /// A name to show; with ``ConsistentHashing/HashRing/Naming/name`` it is what the ring is made of.
        public var name: String?
        /// A host name or an IP address.
        public var host: String
        /// The TCP port.
        public var port: Int
        /// Other servers of the same cluster, tried in turn when the first does not answer.
        public var alternatives: [NATSClientConfiguration.Address] = []
        /// The credentials for this cluster, in place of ``RouletteConfiguration/credentials``.
        public var credentials: (@Sendable () throws -> NATSClientConfiguration.Credentials)?
        /// The encryption for this cluster, in place of ``RouletteConfiguration/tls``.
        public var tls: NATSClientConfiguration.TLS?
        /// What the reply topics of this cluster begin with, in place of ``RouletteConfiguration/inboxPrefix``.
        public var inboxPrefix: String?

        /// Describes a cluster by its address.
        public init(name: String? = nil, host: String, port: Int = 4222) {
            self.name = name
            self.host = host
            self.port = port
        }
    }

    /// What the client will be used for. A pool is only made for what it may do.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// Publishing and subscribing.
        case both
        /// Only subscribing.
        case subscriber
        /// Only publishing.
        case publisher
    }

    /// What happens to a subscription when its connection is lost.
    public enum SubscriptionRestart: String, Sendable, Hashable, CaseIterable {
        /// The sequence ends with an error.
        case temporary
        /// It subscribes again, for ever, and reports the time in which messages were missed.
        case permanent
    }

    /// The clusters. The order is the ring when naming is `index`: every program has to list the same order.
    public var servers: [Server]
    /// How the ring names the clusters.
    public var naming = HashRing.Naming.index
    /// What the client will be used for.
    public var role = Role.both
    /// Connections per cluster and role.
    public var poolSize = 5
    /// The time between two PINGs on a connection.
    public var pingInterval: Duration = .seconds(5)
    /// Ping intervals in a row without any byte received after which a connection counts as lost. At least 1.
    public var maxPingFailure = 2
    /// Retries of one publish or subscribe while its cluster is down; then it fails.
    public var maxRetry = 10
    /// The longest wait before the first retry. Where it is longer than ``maxBackoff``, that one bounds it.
    public var baseBackoff: Duration = .milliseconds(10)
    /// The longest wait before any retry, of a call or of a connection.
    public var maxBackoff: Duration = .seconds(5)
    /// What happens to subscriptions when a connection is lost.
    public var subscriptionRestart = SubscriptionRestart.temporary
    /// One deadline over TCP, TLS, INFO and PONG of a connection.
    public var connectionTimeout: Duration = .seconds(5)
    /// When a connection that was up is lost, the first new attempt comes at a moment drawn evenly from this time. It is
    /// short, since messages are missed meanwhile; the backoff keeps clients apart from the second attempt on. Deployments
    /// with thousands of clients behind one server may want more. Zero: at once.
    public var reconnectJitter: Duration = .milliseconds(30)
    /// How long graceful shutdown and ``RouletteClient/drain(timeout:)`` may take.
    public var drainTimeout: Duration = .seconds(30)
    /// Whether addresses that servers announce (`connect_urls`) are tried when the configured one does not answer. They
    /// bypass the load balancer.
    public var usesDiscoveredServers = false
    /// Whether a server that is going to stop (lame duck) is left for another one at once, without a gap; a message that
    /// comes in during the move may then be delivered twice.
    public var movesOnLameDuck = true
    /// How long both servers deliver during such a move, so that the whole cluster has heard of the new subscriptions before
    /// the old ones end. Longer is safer in slow clusters and means more messages that come twice.
    public var moveOverlap: Duration = .milliseconds(250)
    /// One buffer of frames that the socket has not taken after this time ends the connection.
    public var writeTimeout: Duration = .seconds(10)
    /// Frames waiting for the socket of one connection, in bytes. Above it publishing suspends.
    public var outboundBufferSize = 1 << 20
    /// Asked again for every attempt to connect.
    public var credentials: @Sendable () throws -> NATSClientConfiguration.Credentials = { .none }
    /// Whether and how connections are encrypted.
    public var tls = NATSClientConfiguration.TLS()
    /// Whether credentials are meant to be sent without encryption, so that nothing warns of it. See
    /// ``NATS/NATSClientConfiguration/allowsPlaintextCredentials``.
    public var allowsPlaintextCredentials = false
    /// What the reply topics of requests begin with, for accounts that may subscribe only to an inbox of their own.
    /// A subject of at most 256 bytes.
    public var inboxPrefix = "_INBOX"
    /// Whether programs on Roulette 1.0.5 (Elixir) share the deployment. They lose a connection with all its subscriptions when
    /// they receive a topic beyond ASCII, so the client warns, once, when it publishes to one:
    /// ``RouletteEvent/Kind/topicBreaksElixir``.
    public var elixirCompatibleTopics = false
    /// The name shown in the servers' monitoring; role and slot are added to it.
    public var connectionName = "roulette"

    /// How often metrics are reported to swift-metrics; `nil` turns them off. <doc:Metrics> lists them.
    public var metricsInterval: Duration? = .seconds(10)

    /// The sizes that a pool may have.
    package static let poolSizes = 1...1000

    /// A configuration for these clusters, everything else at its default.
    public init(servers: [Server]) {
        self.servers = servers
    }

    /// Checks everything that can be checked without a network.
    ///
    /// - Throws: ``RouletteError/Code/configuration`` that names the setting, its value and what to use.
    public func validate() throws(RouletteError) {
        try requireServers()
        try require(
            Self.poolSizes.contains(poolSize),
            "pool_size is \(poolSize), use \(Self.poolSizes.lowerBound) to \(Self.poolSizes.upperBound)"
        )
        try require(maxRetry >= 0, "max_retry is \(maxRetry), use 0 or more")
        try require(baseBackoff > .zero, "base_backoff must be longer than zero")
        try require(maxBackoff > .zero, "max_backoff must be longer than zero")
        try require(drainTimeout > .zero, "drain_timeout must be longer than zero")
        try require(
            metricsInterval.map { $0 > .zero } ?? true,
            "the metrics interval must be longer than zero; nil turns the metrics off"
        )
        do {
            for server in servers { try connection(to: server, name: "").validate() }
        } catch {
            throw RouletteError(.configuration, error.message, cause: error)
        }
    }

    private func requireServers() throws(RouletteError) {
        try require(!servers.isEmpty, "no servers are configured; list at least one host")
        var seen: [String: Int] = [:]
        for (index, server) in servers.enumerated() {
            let label = "servers[\(index)]"
            do {
                for address in server.addresses { try address.validate() }
            } catch {
                throw RouletteError(.configuration, "\(label): \(error.message)", cause: error)
            }
            for address in server.normalizedAddresses {
                if let first = seen.updateValue(index, forKey: address) {
                    throw RouletteError(
                        .configuration,
                        "servers[\(first)] and \(label) are both \(address); every cluster needs an address of its own"
                    )
                }
            }
            if naming == .name {
                try require(
                    server.name?.isEmpty == false,
                    "\(label) has no name, and naming = \"name\" makes the ring from the names"
                )
            }
        }
    }

    private func require(_ condition: Bool, _ message: String) throws(RouletteError) {
        if !condition { throw RouletteError(.configuration, message) }
    }

    /// What to change where a server or an account takes no more connections.
    private var connectionAdvice: String {
        let count = poolSize * (role == .both ? 2 : 1)
        let own = count == 1 ? "one connection" : "\(count) connections"
        let remedy = poolSize == 1 ? "End other programs of this account" : "Set a smaller pool_size, it is \(poolSize)"
        return "This client makes \(own) to each cluster. \(remedy), or raise the limit"
    }

    /// What one connection to `server` is made with.
    func connection(to server: Server, name: String) -> NATSClientConfiguration {
        var configuration = NATSClientConfiguration(address: .init(host: server.host, port: server.port))
        configuration.name = name
        configuration.alternatives = server.alternatives
        configuration.credentials = server.credentials ?? credentials
        configuration.tls = server.tls ?? tls
        configuration.allowsPlaintextCredentials = allowsPlaintextCredentials
        configuration.connectionAdvice = connectionAdvice
        configuration.connectTimeout = connectionTimeout
        configuration.pingInterval = pingInterval
        configuration.maxPingFailure = maxPingFailure
        configuration.reconnectBackoff = Backoff(base: baseBackoff, maximum: maxBackoff)
        configuration.outboundBufferSize = outboundBufferSize
        configuration.inboxPrefix = server.inboxPrefix ?? inboxPrefix
        configuration.moveOverlap = moveOverlap
        configuration.writeTimeout = writeTimeout
        configuration.reconnectJitter = reconnectJitter
        configuration.usesDiscoveredServers = usesDiscoveredServers
        configuration.movesOnLameDuck = movesOnLameDuck
        // A call waits for its cluster as the retry rule says, and tells its caller. Nothing gathers behind its back.
        configuration.reconnectBufferSize = 0
        return configuration
    }
}

extension RouletteConfiguration.Server {
    /// `host:port` with the host in lower case: what makes two entries the same.
    var normalizedAddress: String {
        addresses[0].normalized
    }

    /// All addresses in that form.
    fileprivate var normalizedAddresses: [String] { addresses.map(\.normalized) }

    /// The address and its alternatives.
    fileprivate var addresses: [NATSClientConfiguration.Address] { [.init(host: host, port: port)] + alternatives }

    /// The configured name, else the address.
    var displayName: String { name ?? normalizedAddress }
}

extension NATSClientConfiguration.Address {
    fileprivate var normalized: String { Self(host: host.lowercased(), port: port).description }
}
