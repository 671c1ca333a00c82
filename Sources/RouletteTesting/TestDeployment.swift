import Locking
public import Logging
import NATSWire
import NIOCore
public import Roulette
import RouletteNATS
import SeededRandomness

/// A deployment of several clusters in memory, for tests of code that uses a `RouletteClient`.
///
/// Its clients are real ones: routing, pools, buffers, reconnecting, errors and their codes are those of production. Only the
/// network is replaced: the servers are in this process, and their connections need no socket. Code under test takes its client as
/// in production, and needs no protocol to be replaced by a mock.
///
/// ```swift
/// let deployment = TestDeployment()
/// try await deployment.withClient { client in
///     let orders = try await client.subscribe(to: "orders.*", options: SubscribeOptions(maxMessages: 1, confirmed: true))
///     try await client.publish("4711", to: "orders.eu")
///     for try await order in orders { print(order.body) }
/// }
/// ```
///
/// The servers answer as `nats-server` does: wildcards, queue groups, headers, requests and their missing responders, limits and
/// permissions. They do not support TLS and JetStream, and accept every login unless told otherwise.
public final class TestDeployment: Sendable {
    /// The maximum number of messages that ``published(to:)`` returns. The oldest are removed first.
    public static let recordedMessages = 10_000

    /// The clusters, in the order of the ring.
    public let clusters: [TestCluster]
    /// The clock of the servers and of the clients.
    public let clock: TestClock
    /// The configuration of the clients: that of production, with the addresses of this deployment.
    public let configuration: RouletteConfiguration
    private let ring: HashRing
    private let record: Record
    private let seeds: Mutex<SplitMix64>

    /// Creates a deployment.
    ///
    /// - Parameters:
    ///   - names: The names of the clusters, in the order of the ring. At least one, and each of them once.
    ///   - naming: How the ring names the clusters.
    ///   - time: How the time of ``clock`` passes.
    ///   - seed: Determines which member of a queue group receives a message. The waits of clients before they connect again
    ///     are random all the same.
    /// - Precondition: The names are different host names.
    public init(
        clusters names: [String] = ["alpha", "beta", "gamma"],
        naming: HashRing.Naming = .index,
        time: TestClock.Mode = .flowing,
        seed: UInt64 = 1
    ) {
        var configuration = RouletteConfiguration(clusters: names.map { ClusterConfiguration(name: $0, host: $0) })
        configuration.naming = naming
        configuration.metricsInterval = nil
        let ring: HashRing
        do {
            try configuration.validate()
            ring = try configuration.makeRing()
        } catch {
            preconditionFailure("the names of the clusters: \(error)")
        }
        let clock = TestClock(time)
        let record = Record(limit: Self.recordedMessages)
        self.clock = clock
        self.configuration = configuration
        self.ring = ring
        self.record = record
        var random = SplitMix64(seed: seed)
        clusters = configuration.makeClusters().map { cluster in
            TestCluster(
                cluster,
                eventLoop: clock.eventLoop,
                randomness: SplitMix64(seed: random.next()),
                record: record
            )
        }
        seeds = Mutex(random)
    }

    /// The cluster with a name.
    ///
    /// - Precondition: There is one.
    public subscript(name: String) -> TestCluster {
        guard let cluster = clusters.first(where: { $0.name == name }) else { preconditionFailure("there is no cluster \(name)") }
        return cluster
    }

    // MARK: Clients

    /// Creates a client without connecting. As in production, its `run()` has to be called.
    ///
    /// - Parameters:
    ///   - logger: The logger of the client. By default, nothing is logged.
    ///   - change: Changes the configuration, for example the role or the size of the pools.
    /// - Throws: `RouletteError/Code/configuration`.
    public func makeClient(
        logger: Logger? = nil,
        _ change: (inout RouletteConfiguration) -> Void = { _ in }
    ) throws(RouletteError) -> RouletteClient {
        var configuration = configuration
        change(&configuration)
        return try RouletteClient(
            configuration: configuration,
            eventLoopGroup: clock.eventLoop,
            logger: logger ?? .silent,
            randomness: SplitMix64(seed: seeds.withLock { $0.next() }),
            clock: clock.timeSource,
            dialer: dialer
        )
    }

    /// Runs a client, calls a closure, and closes the client.
    ///
    /// The closure is called when every connection is up or has failed once. If a server is frozen, that takes the connection
    /// timeout of the configuration; a manual clock moves for this time.
    ///
    /// - Parameters:
    ///   - logger: The logger of the client. By default, nothing is logged.
    ///   - change: Changes the configuration, for example the role or the size of the pools.
    ///   - body: Uses the client.
    /// - Returns: The result of `body`.
    public func withClient<Result>(
        logger: Logger? = nil,
        _ change: (inout RouletteConfiguration) -> Void = { _ in },
        _ body: (RouletteClient) async throws -> Result
    ) async throws -> Result {
        let client = try makeClient(logger: logger, change)
        let events = client.events
        async let running: Void = client.run()
        let result: Swift.Result<Result, any Error>
        do {
            try await waitUntilSettled(client, events)
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        client.close()
        await running
        return try result.get()
    }

    /// Waits until every connection is up or has failed once. The first of a pool connects before the others.
    private func waitUntilSettled(_ client: RouletteClient, _ events: RouletteEvents) async throws {
        func isSettled() -> Bool {
            client.snapshot().clusters.allSatisfy { cluster in
                cluster.connections.allSatisfy { $0.connection.isUp || $0.connection.lastError != nil }
            }
        }
        if clock.mode == .manual {
            // Connecting takes no time.
            for _ in 0..<100 where !isSettled() { await clock.advance(by: .zero) }
            return try await clock.advance(atMost: .seconds(3600), until: isSettled)
        }
        if isSettled() { return }
        for await _ in events where isSettled() { return }
        try Task.checkCancellation()
    }

    private var dialer: Dialer {
        let servers = Dictionary(uniqueKeysWithValues: clusters.map { ($0.name.lowercased(), $0.servers) })
        return Dialer { eventLoop, address, _, initialize in
            guard let cluster = servers[address.host.lowercased()], address.port == 4222 else {
                return eventLoop.makeFailedFuture(
                    NATSError(.hostNotFound, "there is no cluster with the address \(address) in this test deployment")
                )
            }
            return cluster.accept(initialize)
        }
    }

    // MARK: Messages

    /// Publishes a message as another program does, on the cluster that owns the topic.
    ///
    /// - Parameters:
    ///   - payload: A `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - topic: The topic to publish to, without wildcards.
    ///   - reply: The topic for the reply.
    ///   - headers: The headers of the message.
    ///   - cluster: Another cluster than the owner, as a program with a wrong ring does.
    /// - Returns: The number of subscriptions that receive it.
    /// - Throws: `RouletteError/Code/invalidTopic`.
    @discardableResult
    public func publish(
        _ payload: some MessagePayload,
        to topic: String,
        reply: String? = nil,
        headers: Headers? = nil,
        on cluster: TestCluster? = nil
    ) async throws(RouletteError) -> Int {
        let message = try Message(topic: topic, payload: payload, reply: reply, headers: headers)
        return await (cluster ?? owner(of: topic)).publish(MessageFrame(message))
    }

    /// Returns the cluster that owns a topic.
    public func owner(of topic: String) -> TestCluster { clusters[ring.lookup(of: topic).index] }

    /// Returns the messages that were published to the topics of a pattern, in the order in which the servers received them.
    /// Requests and replies are among them.
    ///
    /// - Throws: `RouletteError/Code/invalidTopic`.
    public func published(to pattern: String = ">") throws(RouletteError) -> [Message] {
        let subject = try Subject.topicPattern(pattern)
        return record.messages.filter { message in message.withTopicBytes { subject.matches($0) } }
    }

    /// Waits until a service that was started in another task has subscribed.
    ///
    /// - Parameters:
    ///   - pattern: A topic, on the cluster that owns it; or a pattern with wildcards that was subscribed to, on every cluster.
    ///   - count: The number of subscribers. Each member of a queue group counts. Other subscriptions of one client to the same
    ///     pattern share one on the server.
    ///   - limit: The maximum time to wait, on the clock of the system.
    /// - Throws: ``TestTimeoutError`` after `limit`, `CancellationError`, `RouletteError/Code/invalidTopic`.
    public func waitForSubscribers(of pattern: String, count: Int = 1, within limit: Duration = .seconds(60)) async throws {
        let isWildcard = pattern.split(separator: ".").contains { $0 == "*" || $0 == ">" }
        let clusters = isWildcard ? clusters : [owner(of: pattern)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for cluster in clusters { try await cluster.waitForSubscribers(of: pattern, count: count) }
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw TestTimeoutError(limit: limit)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

extension MessageFrame {
    fileprivate init(_ message: Message) {
        self.init(
            subject: message.topicBytes,
            reply: message.replyBytes,
            headers: message.headerBytes,
            payload: message.payload
        )
    }
}
