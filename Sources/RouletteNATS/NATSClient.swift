public import Logging
import NATSWire
public import NIOCore
public import NIOPosix
import Synchronization

/// A logical connection to one address, which is maintained while ``run()`` runs.
///
/// The client connects, sends keepalive PINGs, reconnects with capped exponential backoff and full jitter, and subscribes again
/// on every new connection. It never sends a message twice.
///
/// > Important: The client connects only after ``run()`` is called. Before, publishing waits or fails as it does without a
///   connection.
public final class NATSClient: Sendable {
    /// The configuration of the client.
    public let configuration: NATSClientConfiguration
    let driver: ConnectionDriver
    let requests: RequestMultiplexer
    /// The buffer of the driver, stored here for direct access on every publish.
    let outbound: OutboundBuffer
    /// The consumers of the subscriptions of ``subscribe(to:queueGroup:maxMessages:buffer:confirmed:)``.
    let consumers = Consumers()
    private let events = EventBroadcaster<NATSEvent>()
    private let isStarted = Atomic(false)

    /// Creates a client.
    /// - Parameters:
    ///   - configuration: The address and how to connect to it.
    ///   - eventLoopGroup: The group whose next event loop runs the connection.
    ///   - logger: Receives debug messages, and warnings and errors if there is a problem.
    ///   - randomness: The source of jitter. Pass a seeded generator for repeatable results.
    /// - Throws: ``NATSError/Code/configuration`` if a setting is out of range.
    public convenience init(
        configuration: NATSClientConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger = Logger(label: "nats"),
        randomness: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) throws(NATSError) {
        try self.init(
            configuration: configuration,
            eventLoopGroup: eventLoopGroup,
            logger: logger,
            randomness: randomness,
            clock: .system,
            observer: { _ in }
        )
    }

    /// - Parameters:
    ///   - dialer: Makes the connections.
    ///   - clock: The source of the current time.
    ///   - pacers: The pacers that the clients of a deployment share.
    ///   - observer: Called on the event loop for every event. It must not block.
    ///   - serverUpdated: Called on the event loop when a server describes itself or its cluster differently than before. It must
    ///     not block.
    package convenience init(
        configuration: NATSClientConfiguration,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        randomness: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        dialer: Dialer = .tcp,
        clock: TimeSource = .system,
        pacers: WritePacers = WritePacers(),
        observer: @escaping @Sendable (NATSEvent) -> Void,
        serverUpdated: @escaping @Sendable () -> Void = {}
    ) throws(NATSError) {
        try self.init(
            configuration: configuration,
            eventLoop: eventLoopGroup.next(),
            dialer: dialer,
            logger: logger,
            randomness: randomness,
            clock: clock,
            pacers: pacers,
            observer: observer,
            serverUpdated: serverUpdated
        )
    }

    init(
        configuration: NATSClientConfiguration,
        eventLoop: any EventLoop,
        dialer: Dialer,
        logger: Logger,
        randomness: any RandomNumberGenerator & Sendable,
        clock: TimeSource = .system,
        pacers: WritePacers = WritePacers(),
        observer: @escaping @Sendable (NATSEvent) -> Void = { _ in },
        serverUpdated: @escaping @Sendable () -> Void = {}
    ) throws(NATSError) {
        try configuration.validate()
        let outbound = OutboundBuffer(
            capacity: configuration.outboundBufferSize,
            disconnectedCapacity: configuration.reconnectBufferSize
        )
        let requests = try RequestMultiplexer(
            inboxPrefix: configuration.inboxPrefix,
            eventLoop: eventLoop,
            clock: clock,
            outbound: outbound,
            randomness: randomness
        )
        self.configuration = configuration
        self.requests = requests
        self.driver = ConnectionDriver(
            configuration: configuration,
            eventLoop: eventLoop,
            dialer: dialer,
            clock: clock,
            outbound: outbound,
            pacers: pacers,
            logger: logger,
            randomness: randomness,
            observer: { [events] event in
                // Notify waiting requests first.
                requests.observe(event)
                observer(event)
                events.send(event)
                if case .closed = event { events.finish() }
            },
            serverUpdated: serverUpdated
        )
        self.outbound = outbound
    }

    // MARK: Life

    /// Connects and stays connected until ``close()`` or until the task is canceled.
    ///
    /// - Precondition: The method is called at most once.
    public func run() async {
        precondition(!isStarted.exchange(true, ordering: .relaxed), "run() of a NATSClient was called twice")
        let finished = Waiter()
        driver.eventLoop.execute { [driver] in
            driver.whenFinished(finished)
            driver.start()
        }
        do {
            try await finished.wait()
        } catch {
            // Canceled: close the client, and return once it is closed.
            let closed = Waiter()
            driver.eventLoop.execute { [driver] in
                driver.whenFinished(closed)
                driver.close()
            }
            await withUncancelledWait(for: closed)
        }
    }

    /// Closes the connection immediately and permanently. May be called from any thread and any number of times.
    public func close() {
        driver.eventLoop.execute { [driver] in driver.close() }
    }

    /// Makes a new connection and closes the current one.
    ///
    /// The new connection is established and has all subscriptions before the current one is closed, as for a server in
    /// lame-duck mode: no message is lost, and a message that arrives meanwhile may be delivered twice. If the new connection
    /// fails, the client stays on the current one and tries again. Without a connection, the next attempt starts immediately.
    ///
    /// - Parameter hard: Whether to close the current connection first. Messages in transit are then lost. Use it for a
    ///   connection that seems to be broken.
    public func reconnect(hard: Bool = false) {
        driver.eventLoop.execute { [driver] in driver.reconnect(hard: hard) }
    }

    /// Waits even though the task is canceled.
    private func withUncancelledWait(for waiter: Waiter) async {
        // An unstructured task does not inherit the cancellation.
        await Task { try? await waiter.wait() }.value
    }

    /// The source of the current time.
    package var clock: TimeSource { driver.clock }

    // MARK: Seeing

    /// The current state of the connection. Cheap: takes three locks for a short time.
    public var snapshot: ConnectionSnapshot {
        driver.status.snapshot(
            outbound: outbound.counters,
            requests: requests.counters,
            maxPingFailure: configuration.maxPingFailure,
            speaksTLSFirst: configuration.tls.mode == .first
        )
    }

    /// Whether messages can be sent at this moment.
    public var isConnected: Bool {
        switch driver.status.state {
        case .connected, .stale: true
        case .idle, .connecting, .handshaking, .reconnecting, .closed: false
        }
    }

    /// Waits until messages can be sent, until `timeout`, or until the client is closed.
    package func waitUntilConnected(timeout: Duration) async throws(NATSError) {
        let waiter = Waiter()
        driver.eventLoop.execute { [driver] in driver.whenConnected(waiter, timeout: TimeAmount(timeout)) }
        try await waiter.wait()
    }

    /// Waits until the first attempt to connect has succeeded or failed, until `timeout`, or until the client is closed.
    package func waitForFirstAttempt(timeout: Duration) async throws(NATSError) {
        let waiter = Waiter()
        driver.eventLoop.execute { [driver] in driver.whenFirstAttemptIsOver(waiter, timeout: TimeAmount(timeout)) }
        try await waiter.wait()
    }

    /// Returns the events from now on. At most `buffer` events wait; then the oldest are dropped.
    package func events(buffer: Int) -> EventStream<NATSEvent> {
        events.listen(buffer: buffer)
    }

    /// Informs the event loop that the outbound buffer has data to write.
    func wake() {
        driver.eventLoop.execute { [driver] in driver.flush() }
    }
}
