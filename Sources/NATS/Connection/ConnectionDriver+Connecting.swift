import Logging
import NATSWire
import NIOCore

/// From the first TCP packet to the PONG that says that the server accepted us; then what servers say besides messages.
extension ConnectionDriver {
    // MARK: Dialing

    func perform(_ action: ConnectionLifecycle.ConnectAction) {
        guard case .connect(let attempt) = action else { return }
        let link = Link(address: servers.takeNext(), now: clock.now())
        self.link = link
        timers.retry = nil
        watchHandshake(of: link)
        status.update { values in
            values.state = .connecting
            values.progress = link.progress
            values.attempt = attempt
            values.nextAttemptAt = nil
        }
        logger.debug("connecting", metadata: ["address": "\(link.address)", "attempt": "\(attempt)"])
        dial(link)
    }

    /// One deadline over the whole handshake.
    func watchHandshake(of link: Link) {
        timers.handshake = eventLoop.scheduleTask(deadline: link.dialed + TimeAmount(configuration.connectTimeout)) {
            guard link === self.link else { return }
            let speaksTLSFirst = self.configuration.tls.mode == .first
            let action = self.lifecycle.handshakeDeadlinePassed(link.progress, speaksTLSFirst: speaksTLSFirst)
            if action == .disconnect { self.closeSocket() }
        }
    }

    func dial(_ link: Link) {
        dialer.connect(eventLoop, link.address, TimeAmount(configuration.connectTimeout)) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ConnectionHandler(driver: self, link: link))
            }
        }.whenFailure { error in
            self.closed(link, error: NATSError.connect(error))
        }
    }

    func tcpConnected(_ link: Link, channel: any Channel) {
        if link === successor {
            link.channel = channel
            progressed(link, to: .awaitingInfo)
            perform(succession.tcpConnected(), on: link)
            if configuration.tls.mode == .first { secure(link) }
            return
        }
        guard link === self.link, lifecycle.tcpConnected() == .none else {
            channel.close(promise: nil)
            return
        }
        link.channel = channel
        status.update { $0.state = .handshaking }
        progressed(link, to: .awaitingInfo)
        if configuration.tls.mode == .first { secure(link) }
    }

    /// Keeps how far an attempt has come, for those who wait for it.
    func progressed(_ link: Link, to progress: HandshakeProgress) {
        link.progress = progress
        if link === self.link { status.update { $0.progress = progress } }
    }

    /// The peer broke the protocol, or the socket failed.
    func failed(_ link: Link, _ error: NATSError) {
        let error = cause(of: error, on: link)
        if link === successor { return successorLost(error) }
        guard link === self.link, lifecycle.fail(error) == .disconnect else { return }
        closeSocket()
    }

    // MARK: INFO, CONNECT, PONG

    func infoReceived(_ json: ByteBuffer, on link: Link) {
        let info: ServerInfo
        do {
            info = try ServerInfo.parse(json)
        } catch {
            // While connected the old INFO stays in force; without one there is nothing to go by.
            let reason = NATSError(.protocolViolation, "the server's INFO cannot be read: \(error)", cause: error)
            return link.info == nil ? failed(link, reason) : observer(.serverError(reason))
        }
        link.info = info
        servers.announced(info.connectURLs)
        if link === successor {
            let isSameServer = info.serverID != nil && info.serverID == self.link?.info?.serverID
            return perform(succession.infoReceived(isLeavingToo: info.lameDuckMode || isSameServer), on: link)
        }
        switch lifecycle.infoReceived() {
        case .none:
            return
        case .introduce:
            introduce(on: link, info)
        case .update:
            outbound.limitsChanged(maxPayload: identity(of: link).maxPayload, acceptsHeaders: info.supportsHeaders)
        }
        let server = identity(of: link)
        status.update { $0.server = server }
        if info.lameDuckMode, lifecycle.state == .connected { lameDuckAnnounced() }
    }

    /// Sends CONNECT and PING, behind the TLS handshake where there is one.
    func introduce(on link: Link, _ info: ServerInfo) {
        do {
            if try mustSecure(link, info) { secure(link) } else { authenticate(on: link, info) }
        } catch {
            failed(link, error)
        }
    }

    func pongReceived(on link: Link) {
        if link === successor, succession.state == .awaitingPong {
            link.accepted = clock.now()
            return perform(succession.pongReceived(), on: link)
        }
        guard link === self.link else { return pingAnswered(on: link) }
        switch lifecycle.pongReceived() {
        case .none: break
        case .established:
            link.accepted = clock.now()
            established(link)
        case .answered: pingAnswered(on: link)
        }
    }

    func errorReceived(_ text: ByteBuffer, on link: Link) {
        let circumstances = ServerError.Circumstances(
            login: link.login,
            now: clock.secondsSince1970(),
            connectionAdvice: configuration.connectionAdvice
        )
        let error = ServerError(text: printable(text), circumstances: circumstances)
        logger.debug("server error", metadata: ["text": "\(error.text)"])
        if link === successor {
            return error.keepsConnection ? refused(error, text, on: link) : successorLost(error.error)
        }
        switch lifecycle.errorReceived(error) {
        case .none: break
        case .report: refused(error, text, on: link)
        case .disconnect: closeSocket()
        }
    }

    /// What the server at the other end said of itself.
    func identity(of link: Link) -> ServerIdentity {
        ServerIdentity(link.info ?? ServerInfo())
    }
}
