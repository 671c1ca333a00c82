import Logging
import NATSWire
import NIOCore
import NIOPosix
import NIOSSL

/// TLS and login, between INFO and CONNECT. If TLS is used, the client sends nothing before the handshake completes, and ignores
/// all plain text received after the decision for TLS.
extension ConnectionDriver {
    /// Returns whether a TLS handshake is needed before CONNECT.
    ///
    /// - Throws: If TLS is required but not available.
    func mustSecure(_ connection: ServerConnection, _ info: ServerInfo) throws(NATSError) -> Bool {
        if connection.tlsStatus != nil { return false }
        switch configuration.tls.mode {
        case .automatic:
            return info.tlsRequired
        case .required where info.tlsRequired || info.tlsAvailable:
            return true
        case .required, .first:
            throw NATSError(
                .tls,
                "TLS is required and the server does not offer it; nothing was sent to it. Enable TLS on the server, or "
                    + "disable it here if plain text is intended (tls = \"off\", and no tls:// or --tls option)"
            )
        case .disabled where info.tlsRequired:
            throw NATSError(.tls, "the server requires TLS, which is disabled in the configuration")
        case .disabled:
            return false
        }
    }

    /// Starts the TLS handshake. ``tlsCompleted(on:)`` is called when it completes.
    func secure(_ connection: ServerConnection) {
        guard !connection.hasMoreThanInfo else { return failed(connection, .plainTextBeforeTLS) }
        connection.encryption = .preparing
        progressed(connection, to: .securing)
        let tls = configuration.tls
        offLoop { () throws(NATSError) in
            try tls.makeContext()
        } whenComplete: { result in
            guard case .preparing = connection.encryption, let channel = connection.channel, channel.isActive else { return }
            do throws(NATSError) {
                let context = try result.get()
                let handler = try self.tlsAttempt(on: connection).makeHandler(context)
                connection.encryption = .handshaking(handler, context)
                // The handler sends its first bytes while it is being added. If that fails, `failed` is called before this call
                // returns.
                try Self.put(handler, before: channel)
            } catch {
                self.failed(connection, error)
            }
        }
    }

    private static func put(_ handler: NIOSSLClientHandler, before channel: any Channel) throws(NATSError) {
        do {
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            throw .socket(error)
        }
    }

    /// Checks the host in the certificate, which is otherwise valid, and continues with the login.
    func tlsCompleted(on connection: ServerConnection) {
        guard case .handshaking(let handler, let context) = connection.encryption else { return }
        let attempt = tlsAttempt(on: connection)
        do {
            try attempt.checkIdentity(handler.peerCertificate)
        } catch {
            return failed(connection, error)
        }
        let status = attempt.status(of: handler)
        connection.encryption = .established(handler, context, status)
        // All addresses have the same login, so none of them receives it without TLS from now on.
        for address in configuration.configuredAddresses { configuration.encryptedAddresses.insert(address) }
        logger.debug("encrypted", metadata: ["address": "\(connection.address)", "version": "\(status.version)"])
        if let info = connection.info { return authenticate(on: connection, info) }
        // With TLS from the first byte, the server sends INFO after the handshake.
        progressed(connection, to: .awaitingInfo)
    }

    /// Only the configuration decides which host the certificate must be for: the address that was dialed if it is configured,
    /// and never an address that a server announced.
    private func tlsAttempt(on connection: ServerConnection) -> TLSAttempt {
        TLSAttempt(
            configuration: configuration.tls,
            host: configuredAddress(of: connection).host,
            peer: configuration.tls.mode == .first ? .serverWithTLSFirst : .server,
            clock: clock
        )
    }

    /// Returns the configured address under which a server is remembered. Announced addresses are not stored, so that servers
    /// cannot fill the memory.
    private func configuredAddress(of connection: ServerConnection) -> NATSClientConfiguration.Address {
        configuration.configuredAddresses.contains(connection.address) ? connection.address : configuration.address
    }

    // MARK: Login

    /// Requests the credentials, then sends CONNECT and PING.
    func authenticate(on connection: ServerConnection, _ info: ServerInfo) {
        guard configuration.hasCredentials else { return writeConnect(on: connection, to: info, .success(.none)) }
        progressed(connection, to: .awaitingCredentials)
        // Do not call the provider again while a call of an earlier attempt is in progress: each call may block a thread, and
        // there are only as many threads as processors.
        let isAsked = !waitingForCredentials.isEmpty
        waitingForCredentials.removeAll { !isWanted($0.connection) }
        waitingForCredentials.append((connection, info))
        if !isAsked { askForCredentials() }
    }

    private func askForCredentials() {
        let provider = configuration.credentials
        offLoop { () throws(NATSError) in
            do {
                return try provider()
            } catch {
                throw NATSError(.credentials, "the credentials cannot be read: \(error)", cause: error)
            }
        } whenComplete: { credentials in
            let waiting = self.waitingForCredentials
            self.waitingForCredentials = []
            for (connection, info) in waiting where self.isWanted(connection) {
                self.writeConnect(on: connection, to: info, credentials)
            }
        }
    }

    /// Returns whether the connection is still needed.
    private func isWanted(_ connection: ServerConnection) -> Bool {
        isInUse(connection) && connection.channel?.isActive == true
    }

    private func writeConnect(
        on connection: ServerConnection,
        to info: ServerInfo,
        _ credentials: Result<NATSClientConfiguration.Credentials, NATSError>
    ) {
        var options = ConnectOptions()
        options.version = LibraryVersion.current
        options.name = configuration.name
        options.echo = configuration.echo
        options.tlsRequired = configuration.tls.mode == .required || configuration.tls.mode == .first
        do throws(NATSError) {
            let credentials = try credentials.get()
            if credentials != .none, connection.tlsStatus == nil { try allowPlainText(to: connection) }
            // Without credentials the server decides: it may identify the client by its certificate, or use an auth callout.
            connection.login = SentLogin(
                credentials,
                certificate: connection.tlsStatus == nil ? nil : configuration.tls.clientCertificate?.chainFile
            )
            try credentials.sign(&options, nonce: info.nonce)
        } catch {
            return failed(connection, error)
        }
        connection.control.writeImmutableBuffer(options.encoded())
        FrameEncoder.ping(into: &connection.control)
        connection.introduced = clock.now()
        scheduleFlush(of: connection)
        progressed(connection, to: .awaitingPong)
    }

    /// Warns before credentials are sent to another machine in plain text. It warns once for each address, because a pool has
    /// many connections and each of them reconnects.
    ///
    /// - Throws: ``NATSError/Code/tls`` if this address, or another of the same configuration, offered TLS before. An attacker may
    ///   have removed the TLS fields from INFO to read the credentials.
    private func allowPlainText(to connection: ServerConnection) throws(NATSError) {
        let address = configuredAddress(of: connection)
        guard !configuration.encryptedAddresses.contains(address) || configuration.tls.mode == .disabled else {
            throw NATSError(
                .tls,
                "the server offered TLS before and does not now, so the login was not sent: an attacker could read it. "
                    + "Set tls = \"required\" and check which server answers; if plain text is intended, set tls = \"off\""
            )
        }
        guard !configuration.allowsPlaintextCredentials, !isOnThisMachine(connection) else { return }
        status.update { $0.isLoginExposed = true }
        guard configuration.plaintextLogins.insert(address) else { return }
        logger.warning(
            "credentials are sent without encryption and can be read on the network; use TLS",
            metadata: ["address": "\(connection.address)"]
        )
        observer(.credentialsInPlaintext(address: connection.address))
    }

    /// Returns whether the peer is on this machine.
    private func isOnThisMachine(_ connection: ServerConnection) -> Bool {
        connection.channel?.remoteAddress.map(configuration.isOnThisMachine) ?? false
    }

    // MARK: Failures

    /// Explains why the socket failed.
    func explain(_ error: any Error, on connection: ServerConnection) -> NATSError {
        guard let (handler, context) = connection.tlsHandler else { return .socket(error) }
        let verifiesClients = connection.info?.tlsVerify ?? false
        return tlsAttempt(on: connection).explain(error, by: handler, context, serverVerifiesClients: verifiesClients)
            ?? explainEnd(of: connection) ?? .socket(error)
    }

    /// Explains why the server closed the connection, or returns nil if nothing more is known.
    func explainEnd(of connection: ServerConnection) -> NATSError? {
        guard connection.tlsStatus != nil, !isEstablished(connection) else { return nil }
        guard let info = connection.info else { return .closedAfterHandshake }
        return tlsAttempt(on: connection).closedBeforePong(serverVerifiesClients: info.tlsVerify)
    }

    /// Runs work that may block on a thread of the thread pool.
    private func offLoop<Success: Sendable>(
        _ work: @escaping @Sendable () throws(NATSError) -> Success,
        whenComplete: @escaping @Sendable (Result<Success, NATSError>) -> Void
    ) {
        NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
            Result { () throws(NATSError) in try work() }
        }.whenComplete { result in
            switch result {
            case .success(let result): whenComplete(result)
            case .failure(let error): whenComplete(.failure(.socket(error)))
            }
        }
    }
}

extension ServerConnection {
    fileprivate var tlsHandler: (NIOSSLClientHandler, TLSContext)? {
        switch encryption {
        case .none, .preparing: nil
        case .handshaking(let handler, let context), .established(let handler, let context, _): (handler, context)
        }
    }
}

extension SocketAddress {
    /// Whether this is a loopback address, 127.0.0.0/8 or ::1, including IPv4-mapped IPv6 addresses.
    var isLoopback: Bool {
        switch self {
        case .v4, .v6:
            guard var bytes = ipAddress.flatMap({ IPAddress($0) })?.bytes[...] else { return false }
            let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
            if bytes.starts(with: mapped) { bytes = bytes.dropFirst(mapped.count) }
            if bytes.count == 4 { return bytes.first == 127 }
            return bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
        case .unixDomainSocket:
            return true
        }
    }
}
