import Logging
import NATSWire
import NIOCore

/// From the first TCP packet to the PONG that says that the server accepted us; then what servers say besides messages.
extension ConnectionDriver {
    // MARK: Dialing

    func perform(_ action: ConnectionLifecycle.ConnectAction) {
        guard case .connect(let attempt) = action else { return }
        let connection = ServerConnection(address: servers.takeNext(), now: clock.now())
        self.connection = connection
        timers.retry = nil
        watchHandshake(of: connection)
        status.update { values in
            values.state = .connecting
            values.progress = connection.progress
            values.attempt = attempt
            values.nextAttemptAt = nil
        }
        logger.debug("connecting", metadata: ["address": "\(connection.address)", "attempt": "\(attempt)"])
        dial(connection)
    }

    /// One deadline over the whole handshake.
    func watchHandshake(of connection: ServerConnection) {
        timers.handshake = eventLoop.scheduleTask(deadline: connection.dialed + TimeAmount(configuration.connectTimeout)) {
            guard connection === self.connection else { return }
            let speaksTLSFirst = self.configuration.tls.mode == .first
            let action = self.lifecycle.handshakeDeadlinePassed(connection.progress, speaksTLSFirst: speaksTLSFirst)
            if action == .disconnect { self.closeSocket() }
        }
    }

    func dial(_ connection: ServerConnection) {
        dialer.connect(eventLoop, connection.address, TimeAmount(configuration.connectTimeout)) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ConnectionHandler(driver: self, connection: connection))
            }
        }.whenFailure { error in
            self.closed(connection, error: NATSError.connect(error))
        }
    }

    func tcpConnected(_ connection: ServerConnection, channel: any Channel) {
        if connection === nextConnection {
            connection.channel = channel
            progressed(connection, to: .awaitingInfo)
            perform(migration.tcpConnected(), on: connection)
            if configuration.tls.mode == .first { secure(connection) }
            return
        }
        guard connection === self.connection, lifecycle.tcpConnected() == .none else {
            channel.close(promise: nil)
            return
        }
        connection.channel = channel
        status.update { $0.state = .handshaking }
        progressed(connection, to: .awaitingInfo)
        if configuration.tls.mode == .first { secure(connection) }
    }

    /// Keeps how far an attempt has come, for those who wait for it.
    func progressed(_ connection: ServerConnection, to progress: HandshakeProgress) {
        connection.progress = progress
        if connection === self.connection { status.update { $0.progress = progress } }
    }

    /// The peer broke the protocol, or the socket failed.
    func failed(_ connection: ServerConnection, _ error: NATSError) {
        let error = cause(of: error, on: connection)
        if connection === nextConnection { return nextConnectionLost(error) }
        guard connection === self.connection, lifecycle.fail(error) == .disconnect else { return }
        closeSocket()
    }

    // MARK: INFO, CONNECT, PONG

    func infoReceived(_ json: ByteBuffer, on connection: ServerConnection) {
        let info: ServerInfo
        do {
            info = try ServerInfo.parse(json)
        } catch {
            // While connected the old INFO stays in force; without one there is nothing to go by.
            let reason = NATSError(.protocolViolation, "the server's INFO cannot be read: \(error)", cause: error)
            return connection.info == nil ? failed(connection, reason) : observer(.serverError(reason))
        }
        connection.info = info
        servers.announced(info.connectURLs)
        if connection === nextConnection {
            let isSameServer = info.serverID != nil && info.serverID == self.connection?.info?.serverID
            return perform(migration.infoReceived(isLeavingToo: info.lameDuckMode || isSameServer), on: connection)
        }
        switch lifecycle.infoReceived() {
        case .none:
            return
        case .introduce:
            introduce(on: connection, info)
        case .update:
            outbound.limitsChanged(maxPayload: identity(of: connection).maxPayload, acceptsHeaders: info.supportsHeaders)
        }
        let server = identity(of: connection)
        status.update { $0.server = server }
        if info.lameDuckMode, lifecycle.state == .connected { lameDuckAnnounced() }
    }

    /// Sends CONNECT and PING, behind the TLS handshake where there is one.
    func introduce(on connection: ServerConnection, _ info: ServerInfo) {
        do {
            if try mustSecure(connection, info) { secure(connection) } else { authenticate(on: connection, info) }
        } catch {
            failed(connection, error)
        }
    }

    func pongReceived(on connection: ServerConnection) {
        if connection === nextConnection, migration.state == .awaitingPong {
            connection.accepted = clock.now()
            return perform(migration.pongReceived(), on: connection)
        }
        guard connection === self.connection else { return pingAnswered(on: connection) }
        switch lifecycle.pongReceived() {
        case .none: break
        case .established:
            connection.accepted = clock.now()
            established(connection)
        case .answered: pingAnswered(on: connection)
        }
    }

    func errorReceived(_ text: ByteBuffer, on connection: ServerConnection) {
        let circumstances = ServerError.Circumstances(
            login: connection.login,
            now: clock.secondsSince1970(),
            connectionAdvice: configuration.connectionAdvice
        )
        let error = ServerError(text: printable(text), circumstances: circumstances)
        logger.debug("server error", metadata: ["text": "\(error.text)"])
        if connection === nextConnection {
            return error.keepsConnection ? refused(error, text, on: connection) : nextConnectionLost(error.error)
        }
        switch lifecycle.errorReceived(error) {
        case .none: break
        case .report: refused(error, text, on: connection)
        case .disconnect: closeSocket()
        }
    }

    /// What the server at the other end said of itself.
    func identity(of connection: ServerConnection) -> ServerIdentity {
        ServerIdentity(connection.info ?? ServerInfo())
    }
}
