import Logging
import NATSWire
import NIOCore

/// Carries out the moves that ``ServerMigration`` decides.
extension ConnectionDriver {
    /// Whether a move to another server is under way.
    var isMoving: Bool { migration.state != .none }

    /// The server is going to stop and wants its clients to go elsewhere.
    func lameDuckAnnounced() {
        // It may say so several times.
        guard !isMoving else { return }
        observer(.lameDuck)
        guard configuration.movesOnLameDuck else { return }
        perform(migration.lameDuckAnnounced())
    }

    private func perform(_ action: ServerMigration.ConnectAction) {
        guard action == .connect else { return }
        let connection = ServerConnection(address: servers.takeNext(), now: clock.now())
        nextConnection = connection
        timers.migration = eventLoop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) {
            guard connection === self.nextConnection, !self.migration.isSubscribed else { return }
            self.nextConnectionLost(NATSError(.connectTimeout, "timed out: the server to move to does not answer"))
        }
        logger.debug("moving to another server", metadata: ["address": "\(connection.address)"])
        dial(connection)
    }

    func perform(_ action: ServerMigration.StepAction, on connection: ServerConnection) {
        switch action {
        case .none: break
        case .introduce: introduce(on: connection, connection.info ?? ServerInfo())
        case .subscribe: subscribeNextConnection(connection)
        case .overlap: overlap(with: connection)
        case .hold, .leave: leaveOldServer()
        case .discard(let reason): nextConnectionLost(reason)
        }
    }

    private func subscribeNextConnection(_ connection: ServerConnection) {
        connection.writeSubscribes(subscriptions.entries)
        let confirmed = Waiter(onResolve: { error in
            guard error == nil, connection === self.nextConnection else { return }
            self.perform(self.migration.subscriptionsConfirmed(), on: connection)
        })
        // Its PONG says nothing about what was handed to the old connection.
        connection.writePing(now: clock.now(), handedOver: 0, flushes: [confirmed], purpose: .subscriptions)
        scheduleFlush(of: connection)
    }

    /// The PONG said that this server knows the subscriptions. The others of the cluster learn of them a little later, and
    /// whoever left the old server before that would miss messages.
    private func overlap(with connection: ServerConnection) {
        let time = subscriptions.count == 0 ? .zero : configuration.moveOverlap
        timers.migration?.cancel()
        timers.migration = eventLoop.scheduleTask(in: TimeAmount(time)) {
            guard connection === self.nextConnection else { return }
            self.perform(self.migration.overlapEnded(), on: connection)
        }
    }

    /// Unsubscribes at the old server, which then has to answer everything that was handed to it.
    func leaveOldServer() {
        // The PING has to be behind the frames that the socket is still taking; `framesWritten` comes back here.
        guard !framesBeingWritten, let connection, migration.oldSocketIdle() == .leave else { return }
        for entry in subscriptions.entries { FrameEncoder.unsubscribe(sid: entry.sid, max: nil, into: &connection.control) }
        let answered = Waiter(onResolve: { error in
            guard error == nil, connection === self.connection, self.migration.oldServerSettled() != .none else { return }
            self.takeOver(from: connection, .complete)
        })
        connection.writePing(now: clock.now(), handedOver: handedOver, flushes: [answered])
        scheduleFlush(of: connection)
        timers.migration?.cancel()
        timers.migration = eventLoop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) {
            guard connection === self.connection, self.migration.oldServerSettled() != .none else { return }
            self.takeOver(from: connection, .complete)
        }
    }

    func nextConnectionLost(_ error: NATSError) {
        guard let connection = nextConnection else { return }
        nextConnection = nil
        timers.migration?.cancel()
        connection.channel?.close(promise: nil)
        connection.abandon(error)
        guard case .retry(let retry, let mustSubscribeAgain) = migration.nextConnectionLost() else { return }
        logger.debug("the move to another server failed", metadata: ["cause": "\(error)"])
        let delay = configuration.reconnectBackoff.delay(retry: retry, using: &randomness)
        timers.migration = eventLoop.scheduleTask(in: TimeAmount(delay)) { self.perform(self.migration.retryTimerFired()) }
        if mustSubscribeAgain, let old = activeConnection {
            // Only the next connection delivered since the old server was left.
            tellOfGap(error, on: connection)
            subscribeAgain(on: old)
        }
        let duplicates = takeDuplicates()
        if duplicates > 0 { observer(.moveFailed(cause: error, duplicates: duplicates)) }
        // Publishes may have been held back.
        flush()
    }

    /// Ends a move because the client closes or is drained.
    func abandonMove(isClosing: Bool) {
        timers.migration?.cancel()
        timers.migration = nil
        guard isMoving else { return }
        let wasLeft = migration.state == .leaving
        migration.cancel()
        let connection = nextConnection
        nextConnection = nil
        connection?.channel?.close(promise: nil)
        connection?.abandon(.superseded)
        if wasLeft, !isClosing, let connection, let old = activeConnection {
            tellOfGap(.superseded, on: connection)
            subscribeAgain(on: old)
        }
        let duplicates = takeDuplicates()
        if duplicates > 0 { observer(.moveFailed(cause: .superseded, duplicates: duplicates)) }
    }

    /// A socket on its way to a server, which becomes the connection.
    struct Heir {
        let connection: ServerConnection
        let stage: ConnectionLifecycle.HandshakeStage
    }

    enum Inheritance {
        /// No move was under way, or nothing came of it so far.
        case none
        /// The next connection took over.
        case settled
        /// The next connection is still being connected.
        case adopt(Heir)
    }

    /// The old connection is gone, during a move or not.
    func succeed(to old: ServerConnection, error: NATSError) -> Inheritance {
        let action = migration.oldConnectionLost()
        guard action != .none else { return .none }
        timers.migration?.cancel()
        timers.migration = nil
        guard let connection = nextConnection else { return .none }
        switch action {
        case .takeOver(let coverage):
            takeOver(from: old, coverage, because: lifecycle.causeOfEnd(error))
            return .settled
        case .adopt(let stage):
            nextConnection = nil
            return .adopt(Heir(connection: connection, stage: stage))
        case .none, .abandon:
            return .none
        }
    }

    /// Goes on with a handshake in place of a new attempt.
    func adopt(_ heir: Heir, cause: NATSError) {
        lifecycle.adopt(heir.stage)
        connection = heir.connection
        watchHandshake(of: heir.connection)
        let attempt = lifecycle.attempt
        status.update { values in
            values.state = heir.stage == .connecting ? .connecting : .handshaking
            values.progress = heir.connection.progress
            values.attempt = attempt
            values.pingMisses = 0
            values.tls = nil
            values.lastError = cause
        }
        logger.debug("the server died during the move", metadata: ["cause": "\(cause)"])
        observer(.reconnecting(attempt: attempt, delay: .zero, cause: cause))
    }

    private func takeDuplicates() -> UInt64 {
        let duplicates = possibleDuplicates
        possibleDuplicates = 0
        status.update { $0.duplicates &+= duplicates }
        return duplicates
    }

    /// - Parameter cause: Why the old connection is gone, unless it was left.
    private func takeOver(from old: ServerConnection, _ coverage: ServerMigration.Coverage, because cause: NATSError = .moved) {
        guard let connection = nextConnection else { return }
        nextConnection = nil
        timers.migration?.cancel()
        timers.migration = nil
        let unconfirmed = settle(old, cause)
        self.connection = connection
        old.channel?.close(promise: nil)
        lifecycle.moved()
        connectedSince = clock.now()
        servers.beginAnew()
        let server = identity(of: connection)
        status.update { values in
            values.state = .connected
            values.pingMisses = 0
            values.server = server
            values.tls = connection.tlsStatus
            values.connections += 1
            values.roundTrips = connection.newRoundTrips
            if cause != .moved { values.lastError = cause }
        }
        outbound.moved(maxPayload: server.maxPayload, acceptsHeaders: connection.info?.supportsHeaders ?? false)
        logger.debug("moved to another server", metadata: ["address": "\(connection.address)"])
        if coverage != .complete { tellOfGap(cause, on: old) }
        observer(.moved(to: server, unconfirmed: unconfirmed, duplicates: takeDuplicates()))
        switch coverage {
        case .complete: break
        case .spreading: resumeSubscriptions()
        // The SUBs are on their way, and so is a PING behind them; this one is only behind both.
        case .requested: connection.writePing(now: clock.now(), handedOver: handedOver, purpose: .resumption)
        }
        flush()
        scheduleFirstKeepalive()
        // It may have announced its own end meanwhile.
        if connection.info?.lameDuckMode == true { lameDuckAnnounced() }
    }
}

extension NATSError {
    static let moved = NATSError(.disconnected, "the connection moved to another server")
}
