import Logging
import NATSWire
import NIOCore
import NIOPosix
import NIOSSL

/// Between INFO and CONNECT: TLS, then the proof of identity. No byte of ours leaves before TLS stands, where it is wanted,
/// and no byte that came in plain text counts after it was decided on.
extension ConnectionDriver {
    /// Whether TLS has to come before CONNECT.
    ///
    /// - Throws: when it cannot be had.
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
                "TLS is required and the server does not offer it; nothing was sent to it. Switch TLS on at the server, or "
                    + "require none if plain text is meant (tls = \"off\", and no tls:// or --tls option)"
            )
        case .disabled where info.tlsRequired:
            throw NATSError(.tls, "the server requires TLS, which is turned off here")
        case .disabled:
            return false
        }
    }

    /// Begins the TLS handshake; ``tlsCompleted(on:)`` follows.
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
                // It sends its first bytes while it is being added, and a failure comes back here at once.
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

    /// The certificate is in order as such; what remains is whose it is.
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
        configuration.encryptedAddresses.insert(configuredAddress(of: connection))
        logger.debug("encrypted", metadata: ["address": "\(connection.address)", "version": "\(status.version)"])
        if let info = connection.info { return authenticate(on: connection, info) }
        // With TLS from the first byte the server speaks next.
        progressed(connection, to: .awaitingInfo)
    }

    /// Whom the certificate has to be made out to is up to the user alone: the address that was dialed if the user configured
    /// it, and never one that a server announced.
    private func tlsAttempt(on connection: ServerConnection) -> TLSAttempt {
        TLSAttempt(
            configuration: configuration.tls,
            host: configuredAddress(of: connection).host,
            peer: configuration.tls.mode == .first ? .serverWithTLSFirst : .server,
            clock: clock
        )
    }

    /// The address that stands for a server in what is remembered: one that the user configured, so that servers cannot fill
    /// the memory by announcing others.
    private func configuredAddress(of connection: ServerConnection) -> NATSClientConfiguration.Address {
        configuration.alternatives.contains(connection.address) ? connection.address : configuration.address
    }

    // MARK: Proof of identity

    /// Asks for the credentials, and sends CONNECT and PING.
    func authenticate(on connection: ServerConnection, _ info: ServerInfo) {
        guard configuration.hasCredentials else { return writeConnect(on: connection, to: info, .success(.none)) }
        progressed(connection, to: .awaitingCredentials)
        // A provider that has not answered to an attempt before, which has ended meanwhile, is not asked again: each question
        // may keep a thread, and there are only as many as processors.
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

    /// Whether it is still to be connected.
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
            // Without a login the server decides: it may know the client by its certificate, or ask others (auth callout).
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

    /// Warns before a login leaves this machine in plain text, once for each address: a pool has many connections, and each of
    /// them reconnects.
    ///
    /// - Throws: ``NATSError/Code/tls`` for an address that offered TLS before. Somebody in between may have taken it out of
    ///   the server's INFO, to read the login.
    private func allowPlainText(to connection: ServerConnection) throws(NATSError) {
        let address = configuredAddress(of: connection)
        guard !configuration.encryptedAddresses.contains(address) || configuration.tls.mode == .disabled else {
            throw NATSError(
                .tls,
                "the server offered TLS before and does not now, so the login was not sent: somebody in between could read it. "
                    + "Set tls = \"required\" and look who answers there; if it is meant to be without TLS, set tls = \"off\""
            )
        }
        guard !configuration.allowsPlaintextCredentials, !isOnThisMachine(connection) else { return }
        status.update { $0.isLoginExposed = true }
        guard configuration.plaintextLogins.insert(address) else { return }
        logger.warning(
            "credentials are sent without encryption, where anybody on the way can read them; use TLS",
            metadata: ["address": "\(connection.address)"]
        )
        observer(.credentialsInPlaintext(address: connection.address))
    }

    /// Whether what is sent never leaves this machine.
    private func isOnThisMachine(_ connection: ServerConnection) -> Bool {
        connection.channel?.remoteAddress.map(configuration.isOnThisMachine) ?? false
    }

    // MARK: Failures

    /// Why the socket failed.
    func explain(_ error: any Error, on connection: ServerConnection) -> NATSError {
        guard let (handler, context) = connection.tlsHandler else { return .socket(error) }
        let verifiesClients = connection.info?.tlsVerify ?? false
        return tlsAttempt(on: connection).explain(error, by: handler, context, serverVerifiesClients: verifiesClients)
            ?? explainEnd(of: connection) ?? .socket(error)
    }

    /// Why the server closed the connection, if there is more to say than that it did.
    func explainEnd(of connection: ServerConnection) -> NATSError? {
        guard connection.tlsStatus != nil, !isEstablished(connection) else { return nil }
        guard let info = connection.info else { return .closedAfterHandshake }
        return tlsAttempt(on: connection).closedBeforePong(serverVerifiesClients: info.tlsVerify)
    }

    /// Does what may block on a thread made for that.
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
    /// Whether it leads back to this machine, 127.0.0.0/8 or ::1, also where IPv4 is written as IPv6.
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
