import Logging
import NATSWire
import NIOCore

/// The handshake, from the first TCP packet to the PONG with which the server accepts the client, and the other messages of the
/// server protocol.
extension ConnectionDriver {
    // MARK: Dialing

    func dial(_ id: ConnectionMachine.ID, _ purpose: ConnectionMachine.Action.Purpose) {
        let connection = ServerConnection(id: id, address: servers.takeNext(), now: clock.now())
        switch purpose {
        case .attempt(let attempt):
            self.connection = connection
            status.update { values in
                values.state = .connecting
                values.address = connection.address
                values.progress = connection.progress
                values.attempt = attempt
                values.nextAttemptAt = nil
            }
            logger.debug("connecting", metadata: ["address": "\(connection.address)", "attempt": "\(attempt)"])
        case .migration:
            nextConnection = connection
            logger.debug("moving to another server", metadata: ["address": "\(connection.address)"])
        }
        dial(connection)
    }

    private func dial(_ connection: ServerConnection) {
        dialer.connect(eventLoop, connection.address, TimeAmount(configuration.connectTimeout)) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ConnectionHandler(driver: self, connection: connection))
            }
        }.whenFailure { error in
            self.closed(connection, error: NATSError.connect(error))
        }
    }

    func tcpConnected(_ connection: ServerConnection, channel: any Channel) {
        // The attempt was abandoned meanwhile.
        guard isInUse(connection) else { return channel.close(promise: nil) }
        connection.channel = channel
        connection.progress = .awaitingInfo
        handle(.opened(connection.id), on: connection)
    }

    /// Records the progress of an attempt.
    func progressed(_ connection: ServerConnection, to progress: HandshakeProgress) {
        connection.progress = progress
        handle(.progressed(connection.id, progress), on: connection)
    }

    /// Handles a protocol violation of the peer or a failure of the socket.
    func failed(_ connection: ServerConnection, _ error: NATSError) {
        handle(.failed(connection.id, cause(of: error, on: connection)), on: connection)
    }

    /// Handles the closing of the socket, or a failed connect.
    func closed(_ connection: ServerConnection, error: NATSError?) {
        handle(.closed(connection.id, cause(of: error ?? .closedByPeer, on: connection)), on: connection)
    }

    // MARK: INFO, CONNECT, PONG

    func infoReceived(_ json: ByteBuffer, on connection: ServerConnection) {
        let info: ServerInfo
        do {
            info = try ServerInfo.parse(json)
        } catch {
            // While connected, the previous INFO remains valid. Without one, the handshake cannot continue.
            let reason = NATSError(.protocolViolation, "the server's INFO cannot be read: \(error)", cause: error)
            return connection.info == nil ? failed(connection, reason) : observer(.serverError(reason))
        }
        connection.info = info
        servers.announced(info.connectURLs)
        handle(.info(connection.id, serverID: info.serverID, isLeaving: info.lameDuckMode), on: connection)
    }

    /// Sends CONNECT and PING, after the TLS handshake if there is one.
    func introduce(_ connection: ServerConnection) {
        let info = connection.info ?? ServerInfo()
        do {
            if try mustSecure(connection, info) { secure(connection) } else { authenticate(on: connection, info) }
        } catch {
            failed(connection, error)
        }
    }

    func pongReceived(on connection: ServerConnection) {
        if connection.accepted == nil, connection.introduced != nil { connection.accepted = clock.now() }
        handle(.pong(connection.id), on: connection)
    }

    func errorReceived(_ text: ByteBuffer, on connection: ServerConnection) {
        let circumstances = ServerError.Circumstances(
            login: connection.login,
            now: clock.secondsSince1970(),
            connectionAdvice: configuration.connectionAdvice
        )
        let error = ServerError(text: printable(text), circumstances: circumstances)
        logger.debug("server error", metadata: ["text": "\(error.text)"])
        let violation = error.kind == .permission ? PermissionViolation(text: text) : nil
        handle(.serverError(connection.id, error, violation), on: connection)
    }

    /// Returns how the server describes itself.
    func identity(of connection: ServerConnection) -> ServerIdentity {
        ServerIdentity(connection.info ?? ServerInfo())
    }
}
