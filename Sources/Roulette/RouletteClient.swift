public import ConsistentHashing
import Locking
public import Logging
public import Metrics
public import NIOCore
public import NIOPosix
package import RouletteNATS
public import ServiceLifecycle

import struct Synchronization.Atomic

/// Publishes and subscribes by topic, over several clusters on a consistent-hash ring.
///
/// Add the client to a `ServiceGroup`, or call ``run()`` in one of your tasks. All connections are made in that call, and no
/// task or connection outlives it.
public final class RouletteClient: Service, Sendable {
    /// The configuration of the client.
    public let configuration: RouletteConfiguration
    /// The clusters in the order of the configuration.
    public let clusters: [Cluster]
    let router: Router
    let pools: [ClusterPool]
    let publishers: ConnectionTable
    let subscribers: ConnectionTable
    let clusterObserver: ClusterObserver
    /// Nil unless the configuration enables it.
    let canary: Canary?
    let broadcaster = EventBroadcaster<RouletteEvent>()
    /// The consumers of all subscriptions.
    let consumers = Consumers(currentService: { ServiceContext.current })
    let shutdown = ClientShutdown()
    /// Sends an event to the log and to the listeners of ``events``. All subscriptions share this closure.
    let observe: @Sendable (RouletteEvent) -> Void
    let randomness: Mutex<any RandomNumberGenerator & Sendable>
    let clock: TimeSource
    /// Nil unless the configuration enables it.
    let elixirTopics: ElixirTopicCheck?
    let metricsFactory: any MetricsFactory
    /// Nil without a tracer.
    @usableFromInline let tracing: MessageTracing?
    let logger: Logger
    private let isStarted = Atomic(false)

    /// Creates a client without connecting.
    /// - Parameters:
    ///   - configuration: The deployment and how to use it.
    ///   - eventLoopGroup: The event loops of the connections, which are distributed over all of them.
    ///   - logger: The logger of the client. While there are no errors, it receives only debug messages.
    ///   - metrics: The factory of the metrics; see ``RouletteConfiguration/metricsInterval``.
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
    ///   - randomness: Determines the waits before retries.
    ///   - clock: The clock of all timeouts and measurements.
    ///   - dialer: Makes the connections.
    package init(
        configuration: RouletteConfiguration,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory,
        randomness: any RandomNumberGenerator & Sendable,
        clock: TimeSource = .system,
        dialer: Dialer = .tcp
    ) throws(RouletteError) {
        try configuration.validate()
        let clusters = configuration.makeClusters()
        let ring = try configuration.makeRing()
        let eventLogger = EventLogger(logger)
        let observe: @Sendable (RouletteEvent) -> Void = { [broadcaster] event in
            eventLogger.write(event)
            broadcaster.send(event)
        }
        let observers = ConnectionObservers()
        // The events end with the last connection, even if `run()` was never called.
        let open = Countdown(
            clusters.count * configuration.connectionsPerCluster,
            then: Waiter(onResolve: { [broadcaster] _ in broadcaster.finish() })
        )
        var randomness = randomness
        let canarySubject = configuration.canaryInterval == nil ? nil : try Canary.subject(instance: randomness.next())
        let tracing: MessageTracing? = configuration.tracing
        var pools: [ClusterPool] = []
        let plaintextLogins = AddressMemory()
        let pacers = WritePacers()
        for (cluster, server) in zip(clusters, configuration.clusters) {
            let pool = try ClusterPool(
                cluster: cluster,
                server: server,
                claim: RingClaim(ring: ring, index: cluster.index),
                configuration: configuration,
                eventLoopGroup: eventLoopGroup,
                logger: logger,
                plaintextLogins: plaintextLogins,
                dialer: dialer,
                clock: clock,
                pacers: pacers,
                tracing: tracing,
                observe: { connection, event in
                    observers.tell(event, of: connection)
                    // The canary reports the refusal once, instead of every connection.
                    let isOfCanary = canarySubject.map(event.isRefusal) ?? false
                    if !isOfCanary { observe(RouletteEvent(connection, event)) }
                    observers.updateCluster(connection.cluster.index, after: event)
                    if case .closed = event { open.arrive() }
                },
                serverUpdated: { observers.updateCluster(cluster.index) }
            )
            pools.append(pool)
        }
        self.configuration = configuration
        self.clusters = clusters
        self.router = Router(ring: ring, slots: configuration.poolSize)
        self.pools = pools
        self.observe = observe
        self.elixirTopics = configuration.elixirCompatibleTopics ? ElixirTopicCheck(tell: observe) : nil
        let publishers = ConnectionTable(pools.flatMap(\.publishers), slots: configuration.poolSize)
        let subscribers = ConnectionTable(pools.flatMap(\.subscribers), slots: configuration.poolSize)
        let clusterObserver = ClusterObserver(
            pools: pools,
            clusters: clusters,
            pingInterval: configuration.pingInterval,
            clock: clock,
            observe: observe
        )
        observers.set(publishers: publishers, subscribers: subscribers, clusters: clusterObserver)
        self.clusterObserver = clusterObserver
        self.canary =
            if let interval = configuration.canaryInterval, let canarySubject {
                Canary(pools: pools, interval: interval, subject: canarySubject, clock: clock, observe: observe)
            } else {
                nil
            }
        self.publishers = publishers
        self.subscribers = subscribers
        self.metricsFactory = metrics
        self.tracing = tracing
        self.logger = logger
        self.randomness = Mutex(randomness)
        self.clock = clock
    }

    /// The ring that determines the cluster of each topic.
    public var ring: HashRing { router.ring }

    var connections: [PooledConnection] { pools.flatMap(\.connections) }

    // MARK: Life

    /// Connects to all clusters and stays connected until ``close()``, graceful shutdown or cancellation.
    ///
    /// Graceful shutdown calls ``drain(timeout:)`` with the configuration's `drainTimeout`. An incomplete drain is logged as a
    /// warning and reported as an event. If the task is canceled meanwhile, the drain no longer waits for consumers, but the
    /// messages that were accepted are still sent and confirmed within a quarter of the time, at most five seconds. See
    /// <doc:Services> for the order of services.
    ///
    /// - Precondition: The method is called at most once.
    public func run() async {
        precondition(!isStarted.exchange(true, ordering: .relaxed), "run() of a RouletteClient was called twice")
        let stop = ClientStop(of: self)
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await self.reportMetrics() }
                if let canary { group.addTask { await canary.run() } }
                if configuration.rebalances { group.addTask { await self.rebalancer.run() } }
                await stop.runConnections()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            stop.drain()
        }
    }

    /// Whether ``run()`` was called.
    var wasStarted: Bool { isStarted.load(ordering: .relaxed) }

    /// Closes all connections immediately, and ends ``events``. It can be called from any thread, and more than once.
    public func close() {
        for connection in connections { connection.client.close() }
    }

    private var rebalancer: Rebalancer {
        Rebalancer(clock: clock) {
            self.snapshot().clusters.map(PoolSpread.init)
        } move: { connection in
            self.move(connection)
        }
    }

    /// Makes new connections and closes the current ones, for instance to spread connections over the servers behind a load
    /// balancer again.
    ///
    /// A new connection is established and has all subscriptions before the current one is closed, as for a server in lame-duck
    /// mode: no message is lost, no subscription ends, and a message that arrives meanwhile may be delivered twice. If a new
    /// connection fails, the client stays on the current one, reports ``RouletteEvent/Kind/moveFailed`` and tries again.
    ///
    /// - Parameters:
    ///   - cluster: If given, only the connections to this cluster.
    ///   - role: If given, only the connections of this role.
    ///   - slot: If given, only the connections with this number in their pool.
    ///   - hard: Whether to close the current connections first. Messages in transit are then lost, and `.temporary`
    ///     subscriptions end. Use it for connections that seem to be broken.
    public func reconnect(
        cluster: Cluster? = nil,
        role: ConnectionRole? = nil,
        slot: Int? = nil,
        hard: Bool = false
    ) {
        for connection in connections
        where (cluster == nil || cluster == connection.cluster) && (role == nil || role == connection.role)
            && (slot == nil || slot == connection.slot)
        {
            connection.client.reconnect(hard: hard)
        }
    }

    // MARK: Retrying

    /// Waits before the next try while a cluster is down, according to `max_retry`, `base_backoff` and `max_backoff`. Returns
    /// before the end of the backoff if a connection of the cluster is up.
    ///
    /// - Parameters:
    ///   - connection: The connection that was tried. Any other connection of the same cluster and role ends the wait too.
    ///   - retries: The number of retries so far.
    ///   - limit: The maximum wait, if it is shorter than the backoff.
    ///   - destination: If given, only the connection that carries this topic ends the wait.
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
        // The label of the cluster has its first address.
        let last = snapshot.address.flatMap { $0.normalized == connection.cluster.address ? nil : " (at \($0))" } ?? ""
        return RouletteError(
            .clusterUnavailable,
            "no connection during \(tries) tries: \(reason)\(last)",
            cluster: connection.cluster,
            cause: cause
        )
    }
}

extension RouletteConfiguration {
    /// The ring of this deployment.
    /// - Throws: ``RouletteError/Code/configuration``, for instance when two names are equal.
    public func makeRing() throws(RouletteError) -> HashRing {
        let nodes = clusters.enumerated().map { index, server in
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
