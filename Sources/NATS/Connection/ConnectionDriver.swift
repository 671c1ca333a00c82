import DequeModule
import Logging
import NATSWire
import NIOCore
import NIOPosix

/// Carries out what ``ConnectionLifecycle`` decides: owns the socket, the timers and the subscriptions of one client.
///
/// `@unchecked Sendable`: every stored property is only touched on `eventLoop`, which the entry points assert; the
/// exceptions are constants and the two objects that have a lock of their own.
final class ConnectionDriver: @unchecked Sendable {
    /// Tells the callbacks of an abandoned socket from those of the current one.
    typealias AttemptID = Int

    let eventLoop: any EventLoop
    let configuration: NATSClientConfiguration
    let outbound: OutboundBuffer
    let status = ConnectionStatus()
    private let observer: @Sendable (NATSEvent) -> Void
    let subscriptions = SubscriptionTable()
    let logger: Logger

    private(set) var lifecycle: ConnectionLifecycle
    private var channel: (any Channel)?
    private var attemptID: AttemptID = 0
    private var connectedSince: NIODeadline?
    private var randomness: any RandomNumberGenerator
    private var timers = Timers()
    private var finished: [Waiter] = []
    private var waitingForConnection: [(waiter: Waiter, timeout: Scheduled<Void>)] = []

    // Writing. `Connection/ConnectionDriver+Writing.swift` has the rules.
    var control = ByteBuffer()
    var frames = ByteBuffer()
    var framesBeingWritten = false
    var isFlushScheduled = false
    var written: [Waiter] = []
    var expectedPongs = Deque<ExpectedPong>()
    var handedOver: UInt64 = 0
    var lastConfirmationRequest: NIODeadline?
    private var receivedBytes = false
    private var serverAcceptsHeaders = true

    struct Timers {
        var handshake: Scheduled<Void>?
        var keepalive: Scheduled<Void>?
        var retry: Scheduled<Void>?
        var confirmation: Scheduled<Void>?
        /// Outlives the connection: the deadline of closing.
        var close: Scheduled<Void>?

        mutating func cancelConnection() {
            for timer in [handshake, keepalive, retry, confirmation] { timer?.cancel() }
            self = Timers(close: close)
        }

        mutating func cancel() {
            cancelConnection()
            close?.cancel()
            self = Timers()
        }
    }

    init(
        configuration: NATSClientConfiguration,
        eventLoop: any EventLoop,
        logger: Logger,
        randomness: any RandomNumberGenerator,
        observer: @escaping @Sendable (NATSEvent) -> Void
    ) {
        self.observer = observer
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        self.randomness = randomness
        self.lifecycle = ConnectionLifecycle(maxPingFailure: configuration.maxPingFailure)
        self.outbound = OutboundBuffer(
            capacity: configuration.outboundBufferSize,
            disconnectedCapacity: configuration.reconnectBufferSize
        )
    }

    /// The channel once the handshake is complete.
    var activeChannel: (any Channel)? { lifecycle.state == .connected ? channel : nil }

    /// The channel as soon as the server spoke first.
    var writableChannel: (any Channel)? {
        switch lifecycle.state {
        case .awaitingPong, .connected: channel
        case .idle, .connecting, .awaitingInfo, .disconnecting, .backingOff, .closing, .closed: nil
        }
    }

    // MARK: Start and end

    func start() {
        eventLoop.assertInEventLoop()
        perform(lifecycle.start())
    }

    func close() {
        eventLoop.assertInEventLoop()
        switch lifecycle.close() {
        case .none: break
        case .closeSocket: closeSocket()
        case .finish: finish()
        }
    }

    func closeAfterFlush(timeout: TimeAmount) {
        eventLoop.assertInEventLoop()
        let flushed = Waiter(onResolve: { _ in self.eventLoop.execute { self.close() } })
        guard activeChannel != nil, (try? outbound.requestFlush(flushed)) != nil else { return close() }
        flush()
        timers.close = eventLoop.scheduleTask(in: timeout) { self.close() }
    }

    /// Gives the connection up and makes a new one.
    func reconnect() {
        eventLoop.assertInEventLoop()
        if lifecycle.fail(NATSError(.disconnected, "a new connection was asked for")) == .disconnect { closeSocket() }
        // Waiting for a retry: asked for means now.
        timers.retry?.cancel()
        perform(lifecycle.retryTimerFired())
    }

    func whenFinished(_ waiter: Waiter) {
        eventLoop.assertInEventLoop()
        if lifecycle.state == .closed { waiter.resolve() } else { finished.append(waiter) }
    }

    /// Resolves the waiter when the connection is up, when `timeout` has passed or when the client is closed.
    func whenConnected(_ waiter: Waiter, timeout: TimeAmount) {
        eventLoop.assertInEventLoop()
        if activeChannel != nil || lifecycle.state == .closed { return waiter.resolve() }
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
        resumeWaitingForConnection()
        let unsent = outbound.close()
        for entry in subscriptions.entries {
            subscriptions.remove(entry.sid)
            entry.sink.end(nil)
        }
        status.update { values in
            values.state = .closed
            values.subscriptions = 0
            values.nextAttemptAt = nil
        }
        observer(.closed(unsent: unsent))
        for waiter in finished { waiter.resolve() }
        finished = []
    }

    // MARK: Connecting

    private func perform(_ action: ConnectionLifecycle.ConnectAction) {
        guard case .connect(let attempt) = action else { return }
        attemptID += 1
        let id = attemptID
        timers.retry = nil
        timers.handshake = eventLoop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) {
            self.handshakeDeadlinePassed(attempt: id)
        }
        status.update { values in
            values.state = .connecting
            values.attempt = attempt
            values.nextAttemptAt = nil
        }
        logger.debug("connecting", metadata: ["address": "\(configuration.address)", "attempt": "\(attempt)"])
        ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            // Larger buffers make malloc go to mmap, and page faults then cost more than the reads saved.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16))
            // One read per turn: a second one mostly finds nothing, and the loop comes back at once if it would.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(driver: self, attempt: id))
                }
            }
            .connect(host: configuration.address.host, port: configuration.address.port)
            .whenFailure { error in
                self.socketClosed(NATSError.connect(error), attempt: id)
            }
    }

    func tcpConnected(_ channel: any Channel, attempt: AttemptID) {
        guard attempt == attemptID, lifecycle.tcpConnected() == .none else {
            channel.close(promise: nil)
            return
        }
        self.channel = channel
        status.update { $0.state = .handshaking }
    }

    private func handshakeDeadlinePassed(attempt: AttemptID) {
        guard attempt == attemptID, lifecycle.handshakeDeadlinePassed() == .disconnect else { return }
        closeSocket()
    }

    private func closeSocket() {
        if let channel {
            channel.close(promise: nil)
        } else {
            // TCP is still being set up, which cannot be stopped: whatever comes of it is not ours any more.
            attemptID += 1
            socketClosed(.closedByPeer, attempt: attemptID)
        }
    }

    func failed(_ error: NATSError, attempt: AttemptID) {
        guard attempt == attemptID, lifecycle.fail(error) == .disconnect else { return }
        closeSocket()
    }

    // MARK: Receiving

    func received(_ burst: InboundBurst, attempt: AttemptID) {
        guard attempt == attemptID else { return }
        receivedBytes = true
        let (bytes, messages) = (UInt64(burst.bytes), UInt64(burst.messages))
        status.update { values in
            values.bytesIn &+= bytes
            values.messagesIn &+= messages
            values.pingMisses = 0
            if values.state == .stale { values.state = .connected }
        }
        for entry in burst.touched { handOut(entry) }
        for operation in burst.operations {
            // An operation can end the connection; what came behind it then means nothing.
            guard attempt == attemptID else { return }
            handle(operation)
        }
        scheduleFlushIfNeeded()
    }

    private func handOut(_ entry: SubscriptionEntry) {
        let messages = entry.takeBatch()
        if !messages.isEmpty { entry.sink.deliver(messages) }
        if let remaining = entry.remaining, remaining <= 0, subscriptions.remove(entry.sid) != nil {
            countSubscriptions()
            entry.sink.end(nil)
        }
    }

    private func handle(_ operation: InboundBurst.Operation) {
        switch operation {
        case .info(let json): infoReceived(json)
        case .ping: FrameEncoder.pong(into: &control)
        case .pong: pongReceived()
        case .serverError(let text): errorReceived(text)
        }
    }

    private func infoReceived(_ json: ByteBuffer) {
        let info: ServerInfo
        do {
            info = try ServerInfo.parse(json)
        } catch {
            // While connected the old INFO stays in force; without one there is nothing to go by.
            let reason = NATSError(.protocolViolation, "the server's INFO cannot be read: \(error)", cause: error)
            if lifecycle.state == .awaitingInfo { failed(reason, attempt: attemptID) } else { observer(.serverError(reason)) }
            return
        }
        switch lifecycle.infoReceived() {
        case .none:
            return
        case .introduce:
            introduce(to: info)
        case .update:
            outbound.limitsChanged(
                maxPayload: ServerIdentity(info).maxPayload,
                acceptsHeaders: info.supportsHeaders
            )
        }
        serverAcceptsHeaders = info.supportsHeaders
        let server = ServerIdentity(info)
        status.update { $0.server = server }
        if info.lameDuckMode { observer(.lameDuck) }
    }

    private func introduce(to info: ServerInfo) {
        do {
            try writeConnect(to: info)
        } catch {
            failed(error, attempt: attemptID)
        }
    }

    private func pongReceived() {
        switch lifecycle.pongReceived() {
        case .none: break
        case .established: established()
        case .answered: pingAnswered()
        }
    }

    private func errorReceived(_ text: ByteBuffer) {
        let error = ServerError(text: printable(text))
        logger.debug("server error", metadata: ["text": "\(error.text)"])
        switch lifecycle.errorReceived(error) {
        case .none: break
        case .report(let reason): observer(.serverError(reason))
        case .disconnect: closeSocket()
        }
    }

    // MARK: Connected

    private func established() {
        timers.handshake?.cancel()
        timers.handshake = nil
        connectedSince = eventLoop.now
        let server = status.update { values -> ServerIdentity? in
            values.state = .connected
            values.attempt = 0
            values.connections += 1
            values.roundTrips = RoundTrips()
            return values.server
        }
        logger.debug("connected", metadata: ["address": "\(configuration.address)"])
        subscribeAgain()
        if let server {
            outbound.connected(maxPayload: server.maxPayload, acceptsHeaders: serverAcceptsHeaders)
            observer(.connected(server))
        }
        flush()
        resumeWaitingForConnection()
        // The first ping comes up to a second later, so that connections made at once do not ping at once.
        let jitter = Duration.seconds(1) * Double.random(in: 0...1, using: &randomness)
        scheduleKeepalive(in: configuration.pingInterval + jitter)
    }

    private func scheduleKeepalive(in delay: Duration) {
        timers.keepalive = eventLoop.scheduleTask(in: TimeAmount(delay)) { self.pingIntervalPassed() }
    }

    private func pingIntervalPassed() {
        let action = lifecycle.pingIntervalPassed(receivedBytes: receivedBytes)
        receivedBytes = false
        let misses = lifecycle.keepalive.misses
        status.update { values in
            values.pingMisses = misses
            if misses > 0, values.state == .connected { values.state = .stale }
        }
        switch action {
        case .none:
            break
        case .sendPing:
            writePing()
            scheduleFlushIfNeeded()
            scheduleKeepalive(in: configuration.pingInterval)
        case .disconnect:
            closeSocket()
        }
    }

    func scheduleConfirmation(in delay: TimeAmount) {
        guard timers.confirmation == nil else { return }
        timers.confirmation = eventLoop.scheduleTask(in: delay) {
            self.timers.confirmation = nil
            self.confirmationDue()
        }
    }

    // MARK: Disconnected

    func socketClosed(_ error: NATSError?, attempt: AttemptID) {
        eventLoop.assertInEventLoop()
        guard attempt == attemptID else { return }
        // Late callbacks of this socket are nobody's business from here on.
        attemptID += 1
        let stable = connectedSince.map { Duration(eventLoop.now - $0) >= configuration.stableAfter } ?? false
        let wasConnected = connectedSince != nil
        channel = nil
        connectedSince = nil
        receivedBytes = false
        timers.cancelConnection()
        switch lifecycle.socketClosed(afterStableConnection: stable, error: error ?? .closedByPeer) {
        case .none:
            break
        case .finish:
            _ = abandonWriting(.clientClosed)
            finish()
        case .retry(let retry, let cause):
            let unconfirmed = abandonWriting(cause)
            if wasConnected {
                interruptSubscriptions(cause)
                observer(.disconnected(cause: cause, unconfirmed: unconfirmed))
            }
            scheduleRetry(retry, cause: cause)
        }
    }

    private func scheduleRetry(_ retry: Int, cause: NATSError) {
        let delay = configuration.reconnectBackoff.delay(retry: retry, using: &randomness)
        let next = lifecycle.attempt + 1
        status.update { values in
            values.state = .reconnecting
            values.attempt = next
            values.pingMisses = 0
            values.nextAttemptAt = .now() + TimeAmount(delay)
            values.lastError = cause
        }
        logger.debug("reconnecting", metadata: ["attempt": "\(next)", "delay": "\(delay)", "cause": "\(cause)"])
        observer(.reconnecting(attempt: next, delay: delay, cause: cause))
        timers.retry = eventLoop.scheduleTask(in: TimeAmount(delay)) { self.perform(self.lifecycle.retryTimerFired()) }
    }
}

extension ServerIdentity {
    init(_ info: ServerInfo) {
        self.init(
            id: info.serverID ?? "",
            name: info.serverName ?? info.serverID ?? "",
            version: info.version ?? "",
            cluster: info.cluster,
            maxPayload: info.maxPayload ?? 1 << 20
        )
    }
}
