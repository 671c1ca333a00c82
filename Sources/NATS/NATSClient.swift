public import Logging
import NATSWire
public import NIOCore
public import NIOPosix
import Synchronization

/// One logical connection to one address, kept up for as long as ``run()`` runs.
///
/// The client connects, keeps alive, reconnects with capped exponential backoff and full jitter, and subscribes again
/// on every new connection. It never sends a message twice.
///
/// > Important: nothing happens before ``run()`` is called; publishing then waits or fails as if there was no connection.
public final class NATSClient: Sendable {
    /// What the client was made with.
    public let configuration: NATSClientConfiguration
    let driver: ConnectionDriver
    let requests: RequestMultiplexer
    /// The driver's, at hand for every message.
    let outbound: OutboundBuffer
    private let events = EventBroadcaster<NATSEvent>()
    private let isStarted = Atomic(false)

    /// Creates a client.
    /// - Parameters:
    ///   - configuration: where and how to connect.
    ///   - eventLoopGroup: where the connection runs; one event loop of it is used.
    ///   - logger: gets debug messages; nothing louder when all is well.
    ///   - randomness: decides on jitter. Pass a seeded generator to make it repeatable.
    /// - Throws: ``NATSError/Code/configuration`` for a setting out of bounds.
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
    ///   - clock: Tells the time.
    ///   - observer: Called on the event loop for every event. It must not block.
    package convenience init(
        configuration: NATSClientConfiguration,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        randomness: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        clock: TimeSource = .system,
        observer: @escaping @Sendable (NATSEvent) -> Void
    ) throws(NATSError) {
        try self.init(
            configuration: configuration,
            eventLoop: eventLoopGroup.next(),
            dialer: .tcp,
            logger: logger,
            randomness: randomness,
            clock: clock,
            observer: observer
        )
    }

    init(
        configuration: NATSClientConfiguration,
        eventLoop: any EventLoop,
        dialer: Dialer,
        logger: Logger,
        randomness: any RandomNumberGenerator & Sendable,
        clock: TimeSource = .system,
        observer: @escaping @Sendable (NATSEvent) -> Void = { _ in }
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
            logger: logger,
            randomness: randomness,
            observer: { [events] event in
                // Waiting requests are told first.
                requests.observe(event)
                observer(event)
                events.send(event)
                if case .closed = event { events.finish() }
            }
        )
        self.outbound = outbound
    }

    // MARK: Life

    /// Connects and stays connected until ``close()`` or until the task is canceled.
    ///
    /// - Precondition: it is called at most once.
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
            // Canceled: close, and come back only when nothing is left behind.
            let closed = Waiter()
            driver.eventLoop.execute { [driver] in
                driver.whenFinished(closed)
                driver.close()
            }
            await withUncancelledWait(for: closed)
        }
    }

    /// Closes the connection at once and for good. May be called from anywhere and any number of times.
    public func close() {
        driver.eventLoop.execute { [driver] in driver.close() }
    }

    /// Gives the current connection up and makes a new one.
    public func reconnect() {
        driver.eventLoop.execute { [driver] in driver.reconnect() }
    }

    /// The wait of a canceled task for the end of its own work.
    private func withUncancelledWait(for waiter: Waiter) async {
        // A child task starts without the cancellation of this one.
        await Task { try? await waiter.wait() }.value
    }

    /// Tells the time to this client.
    package var clock: TimeSource { driver.clock }

    // MARK: Seeing

    /// What the connection looks like at this moment. Cheap: three short locks.
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

    /// Waits until messages can be sent, but not longer than `timeout`, and not for a closed client.
    package func waitUntilConnected(timeout: Duration) async throws(NATSError) {
        let waiter = Waiter()
        driver.eventLoop.execute { [driver] in driver.whenConnected(waiter, timeout: TimeAmount(timeout)) }
        try await waiter.wait()
    }

    /// Waits until the first attempt to connect has succeeded or failed, but not longer than `timeout`, and not for a closed
    /// client.
    package func waitForFirstAttempt(timeout: Duration) async throws(NATSError) {
        let waiter = Waiter()
        driver.eventLoop.execute { [driver] in driver.whenFirstAttemptIsOver(waiter, timeout: TimeAmount(timeout)) }
        try await waiter.wait()
    }

    /// Events from now on, at most `buffer` of them waiting; the oldest are dropped beyond that.
    package func events(buffer: Int) -> EventStream<NATSEvent> {
        events.listen(buffer: buffer)
    }

    /// Tells the event loop that the outbound buffer has something to write.
    func wake() {
        driver.eventLoop.execute { [driver] in driver.flush() }
    }
}
