import Logging
import NATSWire
import NIOCore

/// Carries out what ``ConnectionLifecycle`` and ``ServerMigration`` decide: owns the sockets, the timers and the subscriptions
/// of one client.
///
/// `@unchecked Sendable`: every stored property is only touched on `eventLoop`, which the entry points assert; the
/// exceptions are constants and the two objects that have a lock of their own.
final class ConnectionDriver: @unchecked Sendable {
    let eventLoop: any EventLoop
    let configuration: NATSClientConfiguration
    let outbound: OutboundBuffer
    let status: ConnectionStatus
    let observer: @Sendable (NATSEvent) -> Void
    let subscriptions = SubscriptionTable()
    let logger: Logger
    let dialer: Dialer
    let clock: TimeSource

    // Life. This file and `ConnectionDriver+Connecting.swift`.
    var lifecycle: ConnectionLifecycle
    var connection: ServerConnection?
    var servers: ServerList
    var connectedSince: NIODeadline?
    var randomness: any RandomNumberGenerator
    var timers = Timers()
    private var finished: [Waiter] = []
    private var waitingForFirstAttempt: [(waiter: Waiter, timeout: Scheduled<Void>)] = []
    private var isFirstAttemptOver = false
    private var waitingForConnection: [(waiter: Waiter, timeout: Scheduled<Void>)] = []

    // Proof of identity. `ConnectionDriver+Securing.swift`.
    /// Those that get the answer of the provider, which is asked once for all of them.
    var waitingForCredentials: [(connection: ServerConnection, info: ServerInfo)] = []

    // Moving to another server. `ConnectionDriver+LameDuck.swift`.
    var migration = ServerMigration()
    var nextConnection: ServerConnection?
    var possibleDuplicates: UInt64 = 0

    // Writing. `ConnectionDriver+Writing.swift` has the rules.
    var frames = ByteBuffer()
    var framesBeingWritten = false
    var writeStarted = NIODeadline.uptimeNanoseconds(0)
    var handedOver: UInt64 = 0
    var lastConfirmationRequest: NIODeadline?

    // Ending. `ConnectionDriver+Draining.swift`.
    var isDraining = false
    /// The subscription for the replies to requests, which consumers may need until they are done.
    var inbox: UInt64?

    struct Timers {
        var handshake: Scheduled<Void>?
        var keepalive: Scheduled<Void>?
        var retry: Scheduled<Void>?
        var confirmation: Scheduled<Void>?
        var write: Scheduled<Void>?
        /// The deadline or the next attempt of a move to another server.
        var migration: Scheduled<Void>?

        mutating func cancel() {
            for timer in [handshake, keepalive, retry, confirmation, write, migration] { timer?.cancel() }
            self = Timers()
        }
    }

    init(
        configuration: NATSClientConfiguration,
        eventLoop: any EventLoop,
        dialer: Dialer,
        clock: TimeSource,
        outbound: OutboundBuffer,
        logger: Logger,
        randomness: any RandomNumberGenerator,
        observer: @escaping @Sendable (NATSEvent) -> Void
    ) {
        self.observer = observer
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.dialer = dialer
        self.clock = clock
        self.logger = logger
        self.randomness = randomness
        self.servers = ServerList(
            seed: configuration.address,
            alternatives: configuration.alternatives,
            usesDiscovered: configuration.usesDiscoveredServers
        )
        self.lifecycle = ConnectionLifecycle(maxPingFailure: configuration.maxPingFailure)
        self.outbound = outbound
        self.status = ConnectionStatus(now: clock.now)
    }

    /// The connection once its handshake is complete.
    var activeConnection: ServerConnection? { lifecycle.state == .connected ? connection : nil }

    /// Whether it was closed for good.
    var isClosed: Bool { lifecycle.state == .closing || lifecycle.state == .closed }

    // MARK: Start and end

    func start() {
        eventLoop.assertInEventLoop()
        perform(lifecycle.start())
    }

    func close() {
        eventLoop.assertInEventLoop()
        abandonMove(isClosing: true)
        switch lifecycle.close() {
        case .none: break
        case .closeSocket: closeSocket()
        case .finish: finish()
        }
    }

    /// Gives the connection up and makes a new one.
    func reconnect() {
        eventLoop.assertInEventLoop()
        if lifecycle.fail(.reconnectRequested) == .disconnect { return closeSocket() }
        // Waiting for a retry: asked for means now.
        timers.retry?.cancel()
        perform(lifecycle.retryTimerFired())
    }

    func whenFinished(_ waiter: Waiter) {
        eventLoop.assertInEventLoop()
        if lifecycle.state == .closed { waiter.resolve() } else { finished.append(waiter) }
    }

    /// Resolves the waiter when the first attempt to connect has succeeded or failed, when `timeout` has passed or when the
    /// client is closed.
    func whenFirstAttemptIsOver(_ waiter: Waiter, timeout: TimeAmount) {
        eventLoop.assertInEventLoop()
        if isFirstAttemptOver { return waiter.resolve() }
        let timer = eventLoop.scheduleTask(in: timeout) {
            self.waitingForFirstAttempt.removeAll { $0.waiter === waiter }
            waiter.resolve()
        }
        waitingForFirstAttempt.append((waiter, timer))
    }

    private func firstAttemptIsOver() {
        isFirstAttemptOver = true
        let waiting = waitingForFirstAttempt
        waitingForFirstAttempt = []
        for (waiter, timeout) in waiting {
            timeout.cancel()
            waiter.resolve()
        }
    }

    /// Resolves the waiter when the connection is up, when `timeout` has passed or when the client is closed.
    func whenConnected(_ waiter: Waiter, timeout: TimeAmount) {
        eventLoop.assertInEventLoop()
        if activeConnection != nil || lifecycle.state == .closed { return waiter.resolve() }
        let timer = eventLoop.scheduleTask(in: timeout) {
            self.waitingForConnection.removeAll { $0.waiter === waiter }
            waiter.resolve()
        }
        waitingForConnection.append((waiter, timer))
    }

    private func resumeWaitingForConnection() {
        let waiting = waitingForConnection
        waitingForConnection = []
        for (waiter, timeout) in waiting {
            timeout.cancel()
            waiter.resolve()
        }
    }

    private func finish() {
        timers.cancel()
        firstAttemptIsOver()
        resumeWaitingForConnection()
        let unsent = outbound.close()
        for entry in subscriptions.entries {
            subscriptions.remove(entry.sid)
            entry.end(nil)
        }
        status.update { values in
            values.state = .closed
            values.progress = nil
            values.tls = nil
            values.subscriptions = 0
            values.nextAttemptAt = nil
        }
        observer(.closed(unsent: unsent))
        for waiter in finished { waiter.resolve() }
        finished = []
    }

    // MARK: Connected

    func established(_ connection: ServerConnection) {
        timers.handshake?.cancel()
        timers.handshake = nil
        connectedSince = clock.now()
        servers.beginAnew()
        let server = identity(of: connection)
        status.update { values in
            values.state = .connected
            values.progress = nil
            values.attempt = 0
            values.server = server
            values.connections += 1
            values.roundTrips = connection.newRoundTrips
            values.tls = connection.tlsStatus
        }
        logger.debug("connected", metadata: ["address": "\(connection.address)"])
        subscribeAgain(on: connection)
        let dropped = outbound.connected(maxPayload: server.maxPayload, acceptsHeaders: connection.info?.supportsHeaders ?? false)
        observer(.connected(server))
        if dropped > 0 { observer(.serverError(.tooLargeForNewServer(dropped, limit: server.maxPayload))) }
        flush()
        firstAttemptIsOver()
        resumeWaitingForConnection()
        scheduleFirstKeepalive()
        // A balancer may lead to a server that is going to stop.
        if connection.info?.lameDuckMode == true { lameDuckAnnounced() }
    }

    /// The first ping comes up to a second later, so that connections made at once do not ping at once.
    func scheduleFirstKeepalive() {
        let jitter = Duration.seconds(1) * Double.random(in: 0...1, using: &randomness)
        scheduleKeepalive(in: configuration.pingInterval + jitter)
    }

    private func scheduleKeepalive(in delay: Duration) {
        timers.keepalive?.cancel()
        timers.keepalive = eventLoop.scheduleTask(in: TimeAmount(delay)) { self.pingIntervalPassed() }
    }

    private func pingIntervalPassed() {
        guard let connection else { return }
        let action = lifecycle.pingIntervalPassed(receivedBytes: connection.receivedBytes)
        connection.receivedBytes = false
        let misses = lifecycle.keepalive.misses
        status.update { values in
            values.pingMisses = misses
            if misses > 0, values.state == .connected { values.state = .stale }
        }
        switch action {
        case .none:
            break
        case .sendPing:
            connection.writePing(now: clock.now(), handedOver: handedOver)
            scheduleFlush(of: connection)
            scheduleKeepalive(in: configuration.pingInterval)
        case .disconnect:
            closeSocket()
        }
    }

    // MARK: Disconnected

    /// Closes the socket of the current connection; ``closed(_:error:)`` follows, at once or later.
    func closeSocket() {
        guard let connection else { return }
        if let channel = connection.channel {
            channel.close(promise: nil)
        } else {
            // TCP is still being set up, which cannot be stopped: whatever comes of it is not ours any more.
            closed(connection, error: nil)
        }
    }

    func closed(_ connection: ServerConnection, error: NATSError?) {
        eventLoop.assertInEventLoop()
        let error = cause(of: error ?? .closedByPeer, on: connection)
        if connection === nextConnection { return nextConnectionLost(error) }
        guard connection === self.connection else { return }
        let heir: Heir?
        switch succeed(to: connection, error: error) {
        case .settled: return
        case .adopt(let found): heir = found
        case .none: heir = nil
        }
        let stable = connectedSince.map { Duration(clock.now() - $0) >= configuration.stableAfter } ?? false
        let wasConnected = connectedSince != nil
        // Ignore late callbacks from this socket.
        self.connection = nil
        connectedSince = nil
        timers.cancel()
        switch lifecycle.socketClosed(afterStableConnection: stable, error: error) {
        case .none:
            break
        case .finish:
            _ = abandonWriting(on: connection, .clientClosed)
            finish()
        case .retry(let pace, let cause):
            let unconfirmed = abandonWriting(on: connection, cause)
            if wasConnected {
                interruptSubscriptions(cause, on: connection)
                observer(.disconnected(cause: cause, unconfirmed: unconfirmed))
            }
            if let heir { adopt(heir, cause: cause) } else { scheduleRetry(pace, cause: cause) }
        }
    }

    private func scheduleRetry(_ pace: ConnectionLifecycle.Pace, cause: NATSError) {
        let delay: Duration =
            switch pace {
            case .now: .zero
            case .spread: configuration.reconnectJitter * Double.random(in: 0...1, using: &randomness)
            case .backoff(let retry): configuration.reconnectBackoff.delay(retry: retry, using: &randomness)
            }
        let next = lifecycle.attempt + 1
        let nextAttemptAt = clock.now() + TimeAmount(delay)
        status.update { values in
            values.state = .reconnecting
            values.progress = nil
            values.attempt = next
            values.pingMisses = 0
            values.tls = nil
            values.nextAttemptAt = nextAttemptAt
            values.lastError = cause
        }
        logger.debug("reconnecting", metadata: ["attempt": "\(next)", "delay": "\(delay)", "cause": "\(cause)"])
        observer(.reconnecting(attempt: next, delay: delay, cause: cause))
        firstAttemptIsOver()
        timers.retry = eventLoop.scheduleTask(in: TimeAmount(delay)) { self.perform(self.lifecycle.retryTimerFired()) }
    }
}

extension NATSError {
    static func tooLargeForNewServer(_ count: Int, limit: Int) -> NATSError {
        NATSError(
            .payloadTooLarge,
            "\(count) messages accepted before were dropped: the server now takes at most \(limit) bytes of headers and payload"
        )
    }
}
