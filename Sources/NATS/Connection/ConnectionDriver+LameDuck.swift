import Logging
import NATSWire
import NIOCore

/// Carries out the moves that ``Succession`` decides.
extension ConnectionDriver {
    /// Whether a move to another server is under way.
    var isMoving: Bool { succession.state != .none }

    /// The server is going to stop and wants its clients to go elsewhere.
    func lameDuckAnnounced() {
        // It may say so several times.
        guard !isMoving else { return }
        observer(.lameDuck)
        guard configuration.movesOnLameDuck else { return }
        perform(succession.lameDuckAnnounced())
    }

    private func perform(_ action: Succession.ConnectAction) {
        guard action == .connect else { return }
        let link = Link(address: servers.takeNext(), now: clock.now())
        successor = link
        timers.succession = eventLoop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) {
            guard link === self.successor, !self.succession.isSubscribed else { return }
            self.successorLost(NATSError(.connectTimeout, "timed out: the server to move to does not answer"))
        }
        logger.debug("moving to another server", metadata: ["address": "\(link.address)"])
        dial(link)
    }

    func perform(_ action: Succession.StepAction, on link: Link) {
        switch action {
        case .none: break
        case .introduce: introduce(on: link, link.info ?? ServerInfo())
        case .subscribe: subscribeSuccessor(link)
        case .overlap: overlap(with: link)
        case .hold, .leave: leaveOldServer()
        case .discard(let reason): successorLost(reason)
        }
    }

    private func subscribeSuccessor(_ link: Link) {
        link.writeSubscribes(subscriptions.entries)
        let confirmed = Waiter(onResolve: { error in
            guard error == nil, link === self.successor else { return }
            self.perform(self.succession.subscriptionsConfirmed(), on: link)
        })
        // Its PONG says nothing about what was handed to the old link.
        link.writePing(now: clock.now(), handedOver: 0, flushes: [confirmed], purpose: .subscriptions)
        scheduleFlush(of: link)
    }

    /// The PONG said that this server knows the subscriptions. The others of the cluster learn of them a little later, and
    /// whoever left the old server before that would miss messages.
    private func overlap(with link: Link) {
        let time = subscriptions.count == 0 ? .zero : configuration.moveOverlap
        timers.succession?.cancel()
        timers.succession = eventLoop.scheduleTask(in: TimeAmount(time)) {
            guard link === self.successor else { return }
            self.perform(self.succession.overlapEnded(), on: link)
        }
    }

    /// Unsubscribes at the old server, which then has to answer everything that was handed to it.
    func leaveOldServer() {
        // The PING has to be behind the frames that the socket is still taking; `framesWritten` comes back here.
        guard !framesBeingWritten, let link, succession.oldSocketIdle() == .leave else { return }
        for entry in subscriptions.entries { FrameEncoder.unsubscribe(sid: entry.sid, max: nil, into: &link.control) }
        let answered = Waiter(onResolve: { error in
            guard error == nil, link === self.link, self.succession.oldServerSettled() != .none else { return }
            self.takeOver(from: link, .complete)
        })
        link.writePing(now: clock.now(), handedOver: handedOver, flushes: [answered])
        scheduleFlush(of: link)
        timers.succession?.cancel()
        timers.succession = eventLoop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) {
            guard link === self.link, self.succession.oldServerSettled() != .none else { return }
            self.takeOver(from: link, .complete)
        }
    }

    func successorLost(_ error: NATSError) {
        guard let link = successor else { return }
        successor = nil
        timers.succession?.cancel()
        link.channel?.close(promise: nil)
        link.abandon(error)
        guard case .retry(let retry, let mustSubscribeAgain) = succession.successorLost() else { return }
        logger.debug("the move to another server failed", metadata: ["cause": "\(error)"])
        let delay = configuration.reconnectBackoff.delay(retry: retry, using: &randomness)
        timers.succession = eventLoop.scheduleTask(in: TimeAmount(delay)) { self.perform(self.succession.retryTimerFired()) }
        if mustSubscribeAgain, let old = activeLink {
            // Only the successor delivered since the old server was left.
            tellOfGap(error, on: link)
            subscribeAgain(on: old)
        }
        let duplicates = takeDuplicates()
        if duplicates > 0 { observer(.moveFailed(cause: error, duplicates: duplicates)) }
        // Publishes may have been held back.
        flush()
    }

    /// Ends a move because the client closes or is drained.
    func abandonMove(isClosing: Bool) {
        timers.succession?.cancel()
        timers.succession = nil
        guard isMoving else { return }
        let wasLeft = succession.state == .leaving
        succession.cancel()
        let link = successor
        successor = nil
        link?.channel?.close(promise: nil)
        link?.abandon(.superseded)
        if wasLeft, !isClosing, let link, let old = activeLink {
            tellOfGap(.superseded, on: link)
            subscribeAgain(on: old)
        }
        let duplicates = takeDuplicates()
        if duplicates > 0 { observer(.moveFailed(cause: .superseded, duplicates: duplicates)) }
    }

    /// A socket on its way to a server, which becomes the connection.
    struct Heir {
        let link: Link
        let stage: ConnectionLifecycle.HandshakeStage
    }

    enum Inheritance {
        /// No move was under way, or nothing came of it so far.
        case none
        /// The successor took over.
        case settled
        /// The successor is still being connected.
        case adopt(Heir)
    }

    /// The old link is gone, during a move or not.
    func succeed(to old: Link, error: NATSError) -> Inheritance {
        let action = succession.oldLinkLost()
        guard action != .none else { return .none }
        timers.succession?.cancel()
        timers.succession = nil
        guard let link = successor else { return .none }
        switch action {
        case .takeOver(let coverage):
            takeOver(from: old, coverage, because: lifecycle.causeOfEnd(error))
            return .settled
        case .adopt(let stage):
            successor = nil
            return .adopt(Heir(link: link, stage: stage))
        case .none, .abandon:
            return .none
        }
    }

    /// Goes on with a handshake in place of a new attempt.
    func adopt(_ heir: Heir, cause: NATSError) {
        lifecycle.adopt(heir.stage)
        link = heir.link
        watchHandshake(of: heir.link)
        let attempt = lifecycle.attempt
        status.update { values in
            values.state = heir.stage == .connecting ? .connecting : .handshaking
            values.progress = heir.link.progress
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

    /// - Parameter cause: Why the old link is gone, unless it was left.
    private func takeOver(from old: Link, _ coverage: Succession.Coverage, because cause: NATSError = .moved) {
        guard let link = successor else { return }
        successor = nil
        timers.succession?.cancel()
        timers.succession = nil
        let unconfirmed = settle(old, cause)
        self.link = link
        old.channel?.close(promise: nil)
        lifecycle.moved()
        connectedSince = clock.now()
        servers.beginAnew()
        let server = identity(of: link)
        status.update { values in
            values.state = .connected
            values.pingMisses = 0
            values.server = server
            values.tls = link.tlsStatus
            values.connections += 1
            values.roundTrips = link.newRoundTrips
            if cause != .moved { values.lastError = cause }
        }
        outbound.moved(maxPayload: server.maxPayload, acceptsHeaders: link.info?.supportsHeaders ?? false)
        logger.debug("moved to another server", metadata: ["address": "\(link.address)"])
        if coverage != .complete { tellOfGap(cause, on: old) }
        observer(.moved(to: server, unconfirmed: unconfirmed, duplicates: takeDuplicates()))
        switch coverage {
        case .complete: break
        case .spreading: resumeSubscriptions()
        // The SUBs are on their way, and so is a PING behind them; this one is only behind both.
        case .requested: link.writePing(now: clock.now(), handedOver: handedOver, purpose: .resumption)
        }
        flush()
        scheduleFirstKeepalive()
        // It may have announced its own end meanwhile.
        if link.info?.lameDuckMode == true { lameDuckAnnounced() }
    }
}

extension NATSError {
    static let moved = NATSError(.disconnected, "the connection moved to another server")
}
