public import ConsistentHashing
public import RouletteNATS

#if Tracing
public import Tracing
#endif

/// A deployment and how to use it. Options that Roulette 1.0.5 has too have the same names and defaults.
public struct RouletteConfiguration: Sendable {
    /// The calls that the client allows. It creates only the pools that they need.
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
        /// The subscription ends with an error.
        case temporary
        /// The client subscribes again, without a limit on the number of tries, and reports the interval in which messages were
        /// missed.
        case permanent
    }

    /// The clusters. If naming is `index`, their order determines the ring, and every program has to use the same order. The key is
    /// `servers`, as in Roulette 1.0.5.
    public var clusters: [ClusterConfiguration]
    /// How the ring names the clusters.
    public var naming = HashRing.Naming.index
    /// The calls that the client allows.
    public var role = Role.both
    /// Connections per cluster and role.
    public var poolSize = 5
    /// The time between two PINGs on a connection.
    public var pingInterval: Duration = .seconds(5)
    /// The number of consecutive ping intervals without a byte received after which a connection is considered lost. At least 1.
    public var maxPingFailure = 2
    /// The number of retries of a publish or subscribe while its cluster is down, before the call fails.
    public var maxRetry = 10
    /// The maximum wait before the first retry. If it is longer than ``maxBackoff``, ``maxBackoff`` applies.
    public var baseBackoff: Duration = .milliseconds(10)
    /// The maximum wait before any retry, of a call or of a connection.
    public var maxBackoff: Duration = .seconds(5)
    /// What happens to subscriptions when a connection is lost.
    public var subscriptionRestart = SubscriptionRestart.temporary
    /// The deadline for TCP, TLS, INFO and PONG together.
    public var connectionTimeout: Duration = .seconds(5)
    /// After the loss of an established connection, the first attempt starts after a random time up to this one. The default is
    /// short, because messages are missed meanwhile; from the second attempt on, the backoff spreads the attempts of
    /// different clients. Deployments with thousands of clients per server may need a longer time. If it is zero, the first
    /// attempt starts immediately.
    public var reconnectJitter: Duration = .milliseconds(30)
    /// The time from a request to its last reply, unless the call has a timeout of its own.
    public var requestTimeout: Duration = .seconds(5)
    /// The time limit of graceful shutdown and ``RouletteClient/drain(timeout:)``.
    public var drainTimeout: Duration = .seconds(30)
    /// Whether addresses that servers announce (`connect_urls`) are tried if the configured address does not answer. They
    /// bypass the load balancer.
    public var usesDiscoveredServers = false
    /// Whether the client moves from a server in lame-duck mode to another server immediately, without a gap. Messages that
    /// arrive during the move may be delivered twice.
    public var movesOnLameDuck = true
    /// Whether connections move to servers that came back, so that all servers of a cluster have about the same number again.
    ///
    /// One connection moves at a time, at most one a minute, and only while the server has confirmed everything that was
    /// published on it: a connection that publishes all the time stays. It moves as for a server in lame-duck mode.
    /// ``ClusterSnapshot/surplusConnections`` tells when it would help, and ``RouletteClient/rebalance(cluster:)`` does it once.
    public var rebalances = false
    /// The time in which both servers deliver during such a move, so that the whole cluster knows the new subscriptions before
    /// the old ones end. A longer time is safer in slow clusters and causes more messages to arrive twice.
    public var moveOverlap: Duration = .milliseconds(250)
    /// The connection is closed if the socket has not accepted a buffer of frames within this time.
    public var writeTimeout: Duration = .seconds(10)
    /// The maximum size of the frames that wait for the socket of a connection, in bytes. While the buffer is full, publishing
    /// suspends.
    public var outboundBufferSize = 1 << 20
    /// Returns the credentials. It is called again for every attempt to connect.
    public var credentials: @Sendable () throws -> NATSClientConfiguration.Credentials = { .none }
    /// Whether and how connections are encrypted.
    public var tls = NATSClientConfiguration.TLS()
    /// Whether sending credentials without encryption is intended and causes no warning. See
    /// ``RouletteNATS/NATSClientConfiguration/allowsPlaintextCredentials``.
    public var allowsPlaintextCredentials = false
    /// The prefix of the reply topics of requests, for accounts that may subscribe only to their own inbox. A subject of at most
    /// 256 bytes.
    public var inboxPrefix = "_INBOX"
    /// Whether programs with Roulette 1.0.5 (Elixir) share the deployment. Such a program loses a connection and all its
    /// subscriptions when it receives a message whose topic is not ASCII. The client therefore warns once when it publishes to
    /// such a topic: ``RouletteEvent/Kind/topicBreaksElixir``.
    public var elixirCompatibleTopics = false
    /// Encodes and decodes values, for the calls that take or return them: ``RouletteClient/publish(encoding:to:reply:headers:)``,
    /// ``Message/decode(_:)`` and others. <doc:Payloads> has examples.
    public var coder: (any MessageCoder)?
    #if Tracing
    /// The tracer of the messages; nil for none. By default that of the `InstrumentationSystem`, so create the configuration after
    /// the system was bootstrapped. <doc:Tracing> describes the spans.
    public var tracer: (any Tracer)? = InstrumentationSystem.tracer
    #endif
    /// The name in the servers' monitoring. Role and slot are appended to it.
    public var connectionName = "roulette"

    /// The time between two canary messages on each publisher connection, or nil for none. Each subscriber connection of the same
    /// cluster has to receive every message before the next one, and within two seconds if that is longer; at most 16 connections
    /// of each role take part. This shows servers that do not pass messages on to each other, which nothing else does:
    /// ``RouletteEvent/Kind/canaryFailed``, ``ClusterSnapshot/canary``.
    ///
    /// The messages have a few bytes. Their subject is `_roulette.canary.` and a random word, and the user needs the permission
    /// to publish and to subscribe to it. Subscriptions to `>` receive them too.
    public var canaryInterval: Duration?

    /// The interval at which metrics are reported to swift-metrics; `nil` turns them off. <doc:Metrics> lists them.
    public var metricsInterval: Duration? = .seconds(10)

    /// The valid times between canary messages.
    package static let canaryIntervals = Duration.milliseconds(100)...Duration.seconds(3600)
    /// The valid pool sizes.
    package static let poolSizes = 1...1000

    /// Creates a configuration for these clusters, with defaults for all other options.
    public init(clusters: [ClusterConfiguration]) {
        self.clusters = clusters
    }

    /// Checks everything that can be checked without the network.
    ///
    /// - Throws: ``RouletteError/Code/configuration``, with the option, its value and the valid values.
    public func validate() throws(RouletteError) {
        try requireClusters()
        try require(
            Self.poolSizes.contains(poolSize),
            "pool_size is \(poolSize), use \(Self.poolSizes.lowerBound) to \(Self.poolSizes.upperBound)"
        )
        try require(maxRetry >= 0, "max_retry is \(maxRetry), use 0 or more")
        try require(baseBackoff > .zero, "base_backoff must be longer than zero")
        try require(maxBackoff > .zero, "max_backoff must be longer than zero")
        try require(drainTimeout > .zero, "drain_timeout must be longer than zero")
        try require(requestTimeout > .zero, "the request timeout must be longer than zero")
        try require(
            canaryInterval.map(Self.canaryIntervals.contains) ?? true,
            "canary is \(canaryInterval ?? .zero), use 0.1 to 3600 seconds"
        )
        try require(
            metricsInterval.map { $0 > .zero } ?? true,
            "the metrics interval must be longer than zero; nil turns the metrics off"
        )
        do {
            for server in clusters { try connection(to: server, name: "").validate() }
        } catch {
            throw RouletteError(.configuration, error.message, cause: error)
        }
    }

    /// The tracing of a client; nil without a tracer.
    var tracing: MessageTracing? {
        #if Tracing
        MessageTracing(tracer)
        #else
        nil
        #endif
    }

    /// The clusters, in the order of the servers.
    package func makeClusters() -> [Cluster] {
        clusters.enumerated().map { index, server in
            Cluster(index: index, name: server.displayName, address: server.normalizedAddress)
        }
    }

    private func requireClusters() throws(RouletteError) {
        try require(!clusters.isEmpty, "no clusters are configured; list at least one host")
        var seen: [String: Int] = [:]
        for (index, server) in clusters.enumerated() {
            let label = "clusters[\(index)]"
            do {
                for address in server.addresses { try address.validate() }
            } catch {
                throw RouletteError(.configuration, "\(label): \(error.message)", cause: error)
            }
            for address in server.normalizedAddresses {
                if let first = seen.updateValue(index, forKey: address) {
                    throw RouletteError(
                        .configuration,
                        first == index
                            ? "\(label) has the address \(address) twice; remove one"
                            : "clusters[\(first)] and \(label) are both \(address); every cluster needs its own address"
                    )
                }
            }
            if naming == .name {
                try require(
                    server.name?.isEmpty == false,
                    "\(label) has no name, and naming = \"name\" requires names for the ring"
                )
            }
        }
    }

    private func require(_ condition: Bool, _ message: String) throws(RouletteError) {
        if !condition { throw RouletteError(.configuration, message) }
    }

    /// The number of connections to each cluster.
    var connectionsPerCluster: Int { poolSize * (role == .both ? 2 : 1) }

    /// The advice for a server or an account that accepts no more connections.
    private var connectionAdvice: String {
        let count = connectionsPerCluster
        let own = count == 1 ? "one connection" : "\(count) connections"
        let remedy = poolSize == 1 ? "End other programs of this account" : "Set a smaller pool_size, it is \(poolSize)"
        return "This client opens \(own) to each cluster. \(remedy), or raise the limit"
    }

    /// Returns the configuration of one connection to `server`.
    package func connection(to server: ClusterConfiguration, name: String) -> NATSClientConfiguration {
        var configuration = NATSClientConfiguration(address: .init(host: server.host, port: server.port))
        configuration.name = name
        configuration.seeds = server.seeds
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
        // Calls wait for their cluster and report failures to their caller, so no messages are buffered while it is down.
        configuration.reconnectBufferSize = 0
        return configuration
    }
}

extension NATSClientConfiguration.Address {
    /// `host:port` with the host in lower case.
    var normalized: String { Self(host: host.lowercased(), port: port).description }
}
