import Logging
import NATSWire
import NIOCore

/// Carries out the actions of ``ConnectionMachine``.
extension ConnectionDriver {
    func perform(_ action: ConnectionMachine.Action) {
        switch action {
        case .set(let timer, let deadline): set(timer, at: deadline)
        case .cancel(let timer): cancel(timer)
        // Connecting.
        case .dial(let id, let purpose): dial(id, purpose)
        case .secure(let id): find(id).map(secure)
        case .introduce(let id): find(id).map(introduce)
        case .showProgress(let progress): showProgress(progress)
        case .showServer(let id): find(id).map(showServer)
        case .updateLimits(let id): find(id).map(updateLimits)
        case .connected(let id): find(id).map(connected)
        case .openBuffer(let id): find(id).map(openBuffer)
        case .resumeCalls: resumeCalls()
        // Ending.
        case .closeSocket(let id): find(id).map(closeSocket)
        case .discard(let id, let error): discard(id, error)
        case .closeBuffer(let cause): outbound.disconnected(cause)
        case .settle(let id, let lost, let cause): settle(id, lost: lost, cause)
        case .forget(let id): forget(id)
        case .reportDisconnected(let cause, let lost): observer(.disconnected(cause: cause, unconfirmed: lost))
        case .reportRetry(let attempt, let delay, let cause): reportRetry(attempt: attempt, delay: delay, cause)
        case .finish: finish()
        // Moving to another server.
        case .reportLameDuck: observer(.lameDuck)
        case .promote(let id): promote(id)
        case .adopted(let id, let attempt, let cause): find(id).map { adopted($0, attempt: attempt, cause) }
        case .moved(let id, let lost, let duplicates, let cause):
            find(id).map { moved(to: $0, lost: lost, duplicates: duplicates, because: cause) }
        case .reportMoveFailed(let cause, let duplicates): reportMoveFailed(cause, duplicates: duplicates)
        // Subscriptions.
        case .sendSubscriptions(let id): find(id).map(sendSubscriptions)
        case .sendUnsubscribes(let id): find(id).map { sendUnsubscribes(of: subscriptions.entries, on: $0) }
        case .endSubscriptions(let id): find(id).map { sendUnsubscribes(of: subscriptionsWithoutInbox, on: $0) }
        case .resumeSubscriptions: for entry in subscriptions.entries { entry.resume() }
        case .interruptSubscriptions(let cause, let id): find(id).map { interruptSubscriptions(cause, on: $0) }
        case .reportGap(let cause, let id): find(id).map { reportGap(cause, on: $0) }
        // Confirmation.
        case .ping(let id): find(id).map(ping)
        case .answered(let id, let roundTrip): find(id).map { answered(on: $0, roundTrip: roundTrip) }
        case .resolve(let waiters, let error): for waiter in waiters { waiter.resolve(error) }
        case .requestFlush(let confirmed): requestFlush(confirmed)
        case .reportServerError(let id, let error, let violation): find(id).map { refused(error, violation, on: $0) }
        case .showPingMisses(let misses): showPingMisses(misses)
        case .flush: flush()
        case .freeSpace: if !machine.isWritingFrames { outbound.written() }
        case .reportForbidden(let description): reportForbidden(description)
        }
    }

    // MARK: Showing and reporting

    private func showProgress(_ progress: HandshakeProgress) {
        status.update { values in
            if progress == .awaitingInfo, values.state == .connecting { values.state = .handshaking }
            values.progress = progress
        }
    }

    private func showServer(_ connection: ServerConnection) {
        let server = identity(of: connection)
        let isUpdate = status.update { values in
            defer { values.server = server }
            return values.server != server
        }
        if isUpdate { serverUpdated() }
    }

    private func showPingMisses(_ misses: Int) {
        status.update { values in
            values.pingMisses = misses
            if misses > 0, values.state == .connected { values.state = .stale }
        }
    }

    private func reportRetry(attempt: Int, delay: Duration, _ cause: NATSError) {
        let nextAttemptAt = clock.now() + TimeAmount(delay)
        status.update { values in
            values.state = .reconnecting
            values.progress = nil
            values.attempt = attempt
            values.pingMisses = 0
            values.tls = nil
            values.nextAttemptAt = nextAttemptAt
            values.lastError = cause
        }
        logger.debug("reconnecting", metadata: ["attempt": "\(attempt)", "delay": "\(delay)", "cause": "\(cause)"])
        observer(.reconnecting(attempt: attempt, delay: delay, cause: cause))
        firstAttemptIsOver()
    }

    private func reportForbidden(_ description: String) {
        logger.error("forbidden transition, please report it", metadata: ["transition": "\(description)"])
        observer(.internalError(NATSError(.internalError, "forbidden transition: \(description)")))
    }

    // MARK: Connected

    private func connected(_ connection: ServerConnection) {
        servers.connected(to: connection.address)
        let server = identity(of: connection)
        status.update { values in
            values.state = .connected
            values.progress = nil
            values.attempt = 0
            values.server = server
            values.connections += 1
            values.address = connection.address
            values.roundTrips = connection.newRoundTrips
            values.tls = connection.tlsStatus
        }
        logger.debug("connected", metadata: ["address": "\(connection.address)"])
    }

    private func openBuffer(_ connection: ServerConnection) {
        let server = identity(of: connection)
        let acceptsHeaders = connection.info?.supportsHeaders ?? false
        let dropped = outbound.connected(maxPayload: server.maxPayload, acceptsHeaders: acceptsHeaders)
        observer(.connected(server))
        if dropped > 0 { observer(.serverError(.tooLargeForNewServer(dropped, limit: server.maxPayload))) }
    }

    private func updateLimits(_ connection: ServerConnection) {
        let acceptsHeaders = connection.info?.supportsHeaders ?? false
        outbound.limitsChanged(maxPayload: identity(of: connection).maxPayload, acceptsHeaders: acceptsHeaders)
    }

    // MARK: Moving to another server

    private func promote(_ id: ConnectionMachine.ID) {
        guard let next = nextConnection, next.id == id else { return }
        connection?.channel?.close(promise: nil)
        connection = next
        nextConnection = nil
    }

    private func adopted(_ connection: ServerConnection, attempt: Int, _ cause: NATSError) {
        status.update { values in
            values.state = connection.progress == .connecting ? .connecting : .handshaking
            values.progress = connection.progress
            values.address = connection.address
            values.attempt = attempt
            values.pingMisses = 0
            values.tls = nil
            values.lastError = cause
        }
        logger.debug("the server closed the connection during the move", metadata: ["cause": "\(cause)"])
        observer(.reconnecting(attempt: attempt, delay: .zero, cause: cause))
    }

    private func moved(to connection: ServerConnection, lost: UInt64, duplicates: UInt64, because cause: NATSError?) {
        servers.connected(to: connection.address)
        let server = identity(of: connection)
        status.update { values in
            values.state = .connected
            values.pingMisses = 0
            values.address = connection.address
            values.server = server
            values.tls = connection.tlsStatus
            values.connections += 1
            values.roundTrips = connection.newRoundTrips
            values.duplicates &+= duplicates
            if let cause { values.lastError = cause }
        }
        outbound.moved(maxPayload: server.maxPayload, acceptsHeaders: connection.info?.supportsHeaders ?? false)
        logger.debug("moved to another server", metadata: ["address": "\(connection.address)"])
        observer(.moved(to: server, unconfirmed: lost, duplicates: duplicates))
    }

    private func reportMoveFailed(_ cause: NATSError, duplicates: UInt64) {
        status.update { $0.duplicates &+= duplicates }
        observer(.moveFailed(cause: cause, duplicates: duplicates))
    }

    // MARK: Ending

    /// Closes the socket. ``closed(_:error:)`` is called at once or later.
    private func closeSocket(_ connection: ServerConnection) {
        if let channel = connection.channel {
            channel.close(promise: nil)
        } else {
            // A TCP connect in progress cannot be stopped. The socket is closed once it is connected.
            closed(connection, error: nil)
        }
    }

    private func discard(_ id: ConnectionMachine.ID, _ error: NATSError) {
        guard let connection = nextConnection, connection.id == id else { return }
        nextConnection = nil
        logger.debug("the move to another server failed", metadata: ["cause": "\(error)"])
        connection.channel?.close(promise: nil)
        connection.abandon(error)
    }

    /// Fails the calls that wait for a closed connection, and counts its unconfirmed messages as lost.
    private func settle(_ id: ConnectionMachine.ID, lost: UInt64, _ cause: NATSError) {
        frames = ByteBuffer()
        find(id)?.abandon(cause)
        status.update { values in
            values.lost += lost
            values.settled = values.handedOver
            values.controlBytes = 0
            if lost > 0 { values.lossCause = cause }
        }
    }

    private func forget(_ id: ConnectionMachine.ID) {
        if connection?.id == id { connection = nil }
        writeTimer?.cancel()
        writeTimer = nil
    }

    private func finish() {
        writeTimer?.cancel()
        writeTimer = nil
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
        resumeCalls()
        observer(.closed(unsent: unsent))
        for waiter in finished { waiter.resolve() }
        finished = []
    }
}

extension NATSError {
    static let moved = NATSError(.disconnected, "the connection moved to another server")

    static func tooLargeForNewServer(_ count: Int, limit: Int) -> NATSError {
        NATSError(
            .payloadTooLarge,
            "\(count) buffered messages were dropped: the server now accepts at most \(limit) bytes of headers and payload"
        )
    }
}
