import Logging
import NATSWire
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Between INFO and CONNECT: TLS, then the proof of identity. No byte of ours leaves before TLS stands, where it is wanted,
/// and no byte that came in plain text counts after it was decided on.
extension ConnectionDriver {
    /// Whether TLS has to come before CONNECT.
    ///
    /// - Throws: when it cannot be had.
    func mustSecure(_ link: Link, _ info: ServerInfo) throws(NATSError) -> Bool {
        if link.tlsStatus != nil { return false }
        switch configuration.tls.mode {
        case .automatic:
            return info.tlsRequired
        case .required where info.tlsRequired || info.tlsAvailable:
            return true
        case .required, .first:
            throw NATSError(.tls, "TLS is required and the server does not offer it; nothing was sent to it")
        case .disabled where info.tlsRequired:
            throw NATSError(.tls, "the server requires TLS, which is turned off here")
        case .disabled:
            return false
        }
    }

    /// Begins the TLS handshake; ``tlsCompleted(on:)`` follows.
    func secure(_ link: Link) {
        guard !link.hasMoreThanInfo else { return failed(link, .plainTextBeforeTLS) }
        link.encryption = .preparing
        let tls = configuration.tls
        offLoop { () throws(NATSError) in
            try tls.makeContext()
        } whenComplete: { result in
            guard case .preparing = link.encryption, let channel = link.channel, channel.isActive else { return }
            do throws(NATSError) {
                let handler = try self.tlsAttempt.makeHandler(try result.get())
                link.encryption = .handshaking(handler)
                // It sends its first bytes while it is being added, and a failure comes back here at once.
                try Self.put(handler, before: channel)
            } catch {
                self.failed(link, error)
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
    func tlsCompleted(on link: Link) {
        guard case .handshaking(let handler) = link.encryption else { return }
        let attempt = tlsAttempt
        do {
            try attempt.checkIdentity(handler.peerCertificate)
        } catch {
            return failed(link, error)
        }
        let status = attempt.status(of: handler)
        link.encryption = .established(handler, status)
        logger.debug("encrypted", metadata: ["address": "\(link.address)", "version": "\(status.version)"])
        // With TLS from the first byte the server speaks next.
        if let info = link.info { authenticate(on: link, info) }
    }

    /// Whom the certificate has to be made out to is up to the user alone, whatever address is dialed.
    private var tlsAttempt: TLSAttempt {
        TLSAttempt(configuration: configuration.tls, host: configuration.address.host)
    }

    // MARK: Proof of identity

    /// Asks for the credentials, and sends CONNECT and PING.
    func authenticate(on link: Link, _ info: ServerInfo) {
        guard configuration.hasCredentials else { return writeConnect(on: link, to: info, .success(.none)) }
        // A provider that has not answered to an attempt before, which has ended meanwhile, is not asked again: each question
        // may keep a thread, and there are only as many as processors.
        let isAsked = !waitingForCredentials.isEmpty
        waitingForCredentials.removeAll { !isCurrent($0.link) }
        waitingForCredentials.append((link, info))
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
            for (link, info) in waiting where self.isCurrent(link) { self.writeConnect(on: link, to: info, credentials) }
        }
    }

    /// Whether it is still to be connected.
    private func isCurrent(_ link: Link) -> Bool {
        (link === self.link || link === successor) && link.channel?.isActive == true
    }

    private func writeConnect(
        on link: Link,
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
            if credentials == .none, info.authRequired {
                throw NATSError(.authorization, "the server asks for credentials and none are configured")
            }
            if credentials != .none, link.tlsStatus == nil { warnOfPlainText(to: link) }
            try credentials.sign(&options, nonce: info.nonce)
        } catch {
            return failed(link, error)
        }
        link.control.writeImmutableBuffer(options.encoded())
        FrameEncoder.ping(into: &link.control)
        link.introduced = eventLoop.now
        scheduleFlush(of: link)
    }

    /// Once for each address: a pool has many connections, and each of them reconnects.
    private func warnOfPlainText(to link: Link) {
        guard link.channel?.remoteAddress?.isLoopback != true else { return }
        let address = "\(link.address)"
        guard warnedOfPlainText.withLock({ $0.insert(address).inserted }) else { return }
        logger.warning(
            "credentials are sent without encryption, where anybody on the way can read them; use TLS",
            metadata: ["address": "\(address)"]
        )
    }

    // MARK: Failures

    /// Why the socket failed.
    func explain(_ error: any Error, on link: Link) -> NATSError {
        guard let handler = link.tlsHandler else { return .socket(error) }
        let verifiesClients = link.info?.tlsVerify ?? false
        return tlsAttempt.explain(error, certificate: handler.peerCertificate, serverVerifiesClients: verifiesClients)
            ?? explainEnd(of: link) ?? .socket(error)
    }

    /// Why the server closed the connection, if there is more to say than that it did.
    func explainEnd(of link: Link) -> NATSError? {
        guard link.tlsStatus != nil, !isAccepted(link) else { return nil }
        guard let info = link.info else { return .closedAfterHandshake }
        return tlsAttempt.closedBeforePong(serverVerifiesClients: info.tlsVerify)
    }

    private func isAccepted(_ link: Link) -> Bool {
        link === successor ? succession.isSubscribed : lifecycle.state != .awaitingInfo && lifecycle.state != .awaitingPong
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

private let warnedOfPlainText = Mutex(Set<String>())

extension Link {
    fileprivate var tlsHandler: NIOSSLClientHandler? {
        switch encryption {
        case .none, .preparing: nil
        case .handshaking(let handler), .established(let handler, _): handler
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

extension NATSError {
    /// An attacker who can write into the connection would have it counted as said inside TLS.
    static let plainTextBeforeTLS = NATSError(
        .tls,
        "the peer sent plain text where the TLS handshake had to begin; either it does not expect TLS there, "
            + "or somebody in between put it in"
    )
    static let tlsTimeout = NATSError(.connectTimeout, "timed out: the TLS handshake was not completed")
    static let closedAfterHandshake = NATSError(
        .tls,
        "the server closed the connection right after the TLS handshake; does it demand another client certificate?"
    )
}
