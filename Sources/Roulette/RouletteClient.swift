public import ConsistentHashing
import Locking
public import Logging
public import Metrics
import NATS
public import NIOCore
public import NIOPosix
public import ServiceLifecycle
import struct Synchronization.Atomic

/// Publishes and subscribes by topic over clusters that share the topics by a consistent-hash ring.
///
/// Add it to a `ServiceGroup`, or run ``run()`` in a task of your own: connections are made there, and nothing outlives it.
public final class RouletteClient: Service, Sendable {
    /// What the client was made with.
    public let configuration: RouletteConfiguration
    /// The clusters in the order of the configuration.
    public let clusters: [Cluster]
    let router: Router
    let pools: [ClusterPool]
    let publishers: ConnectionTable
    let subscribers: ConnectionTable
    let broadcaster = EventBroadcaster<RouletteEvent>()
    /// Tells the log and all who listen to ``events``; one closure for all subscriptions.
    let observe: @Sendable (RouletteEvent) -> Void
    let randomness: Mutex<any RandomNumberGenerator & Sendable>
    let clock: TimeSource
    /// Nil unless the configuration asks for it.
    let elixirTopics: ElixirTopicCheck?
    let metricsFactory: any MetricsFactory
    let logger: Logger
    private let isStarted = Atomic(false)

    /// Creates a client without connecting.
    /// - Parameters:
    ///   - configuration: the deployment.
    ///   - eventLoopGroup: where the connections run; they are spread over its event loops.
    ///   - logger: gets debug messages; nothing louder when all is well.
    ///   - metrics: what the metrics go to; see ``RouletteConfiguration/metricsInterval``.
    /// - Throws: ``RouletteError/Code/configuration``.
    public convenience init(
        configuration: RouletteConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger = Logger(label: "roulette"),
        metrics: any MetricsFactory = MetricsSystem.factory
    ) throws(RouletteError) {
        try self.init(
            configuration: configuration,
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            metrics: metrics,
            randomness: SystemRandomNumberGenerator()
        )
    }

    /// - Parameters:
    ///   - randomness: Decides on the waits before retries.
    ///   - clock: Tells the time.
    init(
        configuration: RouletteConfiguration,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory,
        randomness: any RandomNumberGenerator & Sendable,
        clock: TimeSource = .system
    ) throws(RouletteError) {
        try configuration.validate()
        let clusters = configuration.servers.enumerated().map { index, server in
            Cluster(index: index, name: server.displayName, address: server.normalizedAddress)
        }
        let eventLogger = EventLogger(logger)
        let observe: @Sendable (RouletteEvent) -> Void = { [broadcaster] event in
            eventLogger.write(event)
            broadcaster.send(event)
        }
        let observers = ConnectionObservers()
        var pools: [ClusterPool] = []
        let plaintextLogins = AddressMemory()
        for (cluster, server) in zip(clusters, configuration.servers) {
            let pool = try ClusterPool(
                cluster: cluster,
                server: server,
                configuration: configuration,
                eventLoopGroup: eventLoopGroup,
                logger: logger,
                plaintextLogins: plaintextLogins,
                clock: clock,
                observe: { connection, event in
                    observers.tell(event, of: connection)
                    observe(RouletteEvent(connection, event))
                }
            )
            pools.append(pool)
        }
        self.configuration = configuration
        self.clusters = clusters
        self.router = Router(ring: try configuration.makeRing(), slots: configuration.poolSize)
        self.pools = pools
        self.observe = observe
        self.elixirTopics = configuration.elixirCompatibleTopics ? ElixirTopicCheck(tell: observe) : nil
        let publishers = ConnectionTable(pools.flatMap(\.publishers), slots: configuration.poolSize)
        let subscribers = ConnectionTable(pools.flatMap(\.subscribers), slots: configuration.poolSize)
        observers.set(publishers: publishers, subscribers: subscribers)
        self.publishers = publishers
        self.subscribers = subscribers
        self.metricsFactory = metrics
        self.logger = logger
        self.randomness = Mutex(randomness)
        self.clock = clock
    }

    /// Which cluster owns which topic.
    public var ring: HashRing { router.ring }

    var connections: [PooledConnection] { pools.flatMap(\.connections) }

    // MARK: Life

    /// Connects to all clusters and stays connected until ``close()``, graceful shutdown or cancellation.
    ///
    /// Graceful shutdown is ``drain(timeout:)`` with the configuration's `drainTimeout`; what it left behind is logged as a
    /// warning and reported as an event.
    ///
    /// - Precondition: it is called at most once.
    public func run() async {
        precondition(!isStarted.exchange(true, ordering: .relaxed), "run() of a RouletteClient was called twice")
        let shutdown = Waiter()
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask {
                    // Canceled when all connections are closed for another reason.
                    guard (try? await shutdown.wait()) != nil else { return }
                    _ = await self.drainAndClose(timeout: self.configuration.drainTimeout)
                }
                group.addTask { await self.reportMetrics() }
                await withTaskGroup { connecting in
                    for pool in pools { connecting.addTask { [clock] in await pool.run(clock: clock) } }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            shutdown.resolve()
        }
        broadcaster.finish()
    }

    /// Whether ``run()`` was called.
    var wasStarted: Bool { isStarted.load(ordering: .relaxed) }

    /// Closes all connections at once. May be called from anywhere and any number of times.
    public func close() {
        for connection in connections { connection.client.close() }
    }

    /// Gives connections up and makes new ones.
    /// - Parameters:
    ///   - cluster: only those of this cluster.
    ///   - role: only those of this role.
    ///   - slot: only the one of this number in its pool.
    public func reconnect(cluster: Cluster? = nil, role: ConnectionRole? = nil, slot: Int? = nil) {
        for connection in connections
        where (cluster == nil || cluster == connection.cluster) && (role == nil || role == connection.role)
            && (slot == nil || slot == connection.slot)
        {
            connection.client.reconnect()
        }
    }

    // MARK: Retrying

    /// Waits before another try while a cluster is down, as `max_retry`, `base_backoff` and `max_backoff` say. It comes back
    /// as soon as a connection of the cluster is up, without waiting for the end of the backoff.
    ///
    /// - Parameters:
    ///   - connection: the one that was tried; any of the same cluster and role will do.
    ///   - retries: how many tries there were after the first.
    ///   - limit: the longest wait, whatever the backoff says.
    ///   - destination: given if only the connection that carries this topic will do.
    func waitToRetry(
        on connection: PooledConnection,
        retries: inout Int,
        atMost limit: Duration? = nil,
        carrying destination: Destination? = nil
    ) async throws(RouletteError) {
        guard retries < configuration.maxRetry else { throw unavailable(connection, tries: retries + 1) }
        let backoff = Backoff(base: configuration.baseBackoff, maximum: configuration.maxBackoff)
        let retry = retries
        let delay = randomness.withLock { backoff.delay(retry: retry, using: &$0) }
        retries += 1
        do {
            let table = connection.role == .publisher ? publishers : subscribers
            try await table.waitUntilConnected(
                cluster: connection.cluster.index,
                carrying: destination,
                timeout: min(delay, limit ?? delay)
            )
        } catch {
            throw RouletteError(error, cluster: connection.cluster)
        }
    }

    private func unavailable(_ connection: PooledConnection, tries: Int) -> RouletteError {
        let snapshot = connection.client.snapshot
        let cause = snapshot.lastError
        let reason =
            if let cause {
                cause.message
            } else if wasStarted {
                snapshot.progress ?? "no connection yet"
            } else {
                "run() was not called"
            }
        return RouletteError(
            .clusterUnavailable,
            "no connection during \(tries) tries: \(reason)",
            cluster: connection.cluster,
            cause: cause
        )
    }
}

extension RouletteConfiguration {
    /// The ring of this deployment.
    /// - Throws: ``RouletteError/Code/configuration``, for instance when two names are equal.
    public func makeRing() throws(RouletteError) -> HashRing {
        let nodes = servers.enumerated().map { index, server in
            HashRing.Node(
                name: naming == .index ? String(index) : server.name ?? "",
                address: server.normalizedAddress
            )
        }
        do {
            return try HashRing(naming: naming, nodes: nodes)
        } catch {
            throw RouletteError(.configuration, error.message, cause: error)
        }
    }
}
