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
        let link = Link(address: servers.takeNext())
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
        case .hold, .leave: leaveOldServer()
        case .discard(let reason): successorLost(reason)
        }
    }

    private func subscribeSuccessor(_ link: Link) {
        possibleDuplicates = 0
        for entry in subscriptions.entries { link.writeSubscribe(entry) }
        let confirmed = Waiter(onResolve: { error in
            guard error == nil, link === self.successor else { return }
            self.overlap(with: link)
        })
        // Its PONG says nothing about what was handed to the old link.
        link.writePing(now: eventLoop.now, handedOver: 0, flushes: [confirmed])
        scheduleFlush(of: link)
    }

    /// The PONG said that this server knows the subscriptions. The others of the cluster learn of them a little later, and
    /// whoever left the old server before that would miss messages.
    private func overlap(with link: Link) {
        let time = subscriptions.count == 0 ? .zero : configuration.moveOverlap
        timers.succession?.cancel()
        timers.succession = eventLoop.scheduleTask(in: TimeAmount(time)) {
            guard link === self.successor else { return }
            self.perform(self.succession.subscriptionsConfirmed(), on: link)
        }
    }

    /// Unsubscribes at the old server, which then has to answer everything that was handed to it.
    func leaveOldServer() {
        // The PING has to be behind the frames that the socket is still taking; `framesWritten` comes back here.
        guard !framesBeingWritten, let link, succession.oldSocketIdle() == .leave else { return }
        for entry in subscriptions.entries { FrameEncoder.unsubscribe(sid: entry.sid, max: nil, into: &link.control) }
        let answered = Waiter(onResolve: { error in
            guard error == nil, link === self.link, self.succession.oldServerSettled() == .takeOver else { return }
            self.takeOver(from: link)
        })
        link.writePing(now: eventLoop.now, handedOver: handedOver, flushes: [answered])
        scheduleFlush(of: link)
        timers.succession?.cancel()
        timers.succession = eventLoop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) {
            guard link === self.link, self.succession.oldServerSettled() == .takeOver else { return }
            self.takeOver(from: link)
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
        if mustSubscribeAgain, let old = activeLink { subscribeAgain(on: old) }
        // Publishes may have been held back.
        flush()
    }

    /// Ends a move because the old link is gone or the client closes.
    /// - Returns: whether the successor took over.
    @discardableResult
    func endSuccession(mayTakeOver: Bool) -> Bool {
        timers.succession?.cancel()
        timers.succession = nil
        switch succession.oldLinkLost(mayTakeOver: mayTakeOver && lifecycle.state == .connected) {
        case .none:
            return false
        case .takeOver:
            guard let link else { return false }
            takeOver(from: link)
            return true
        case .abandon:
            let link = successor
            successor = nil
            link?.channel?.close(promise: nil)
            link?.abandon(.superseded)
            return false
        }
    }

    private func takeOver(from old: Link) {
        guard let link = successor else { return }
        successor = nil
        timers.succession?.cancel()
        timers.succession = nil
        let unconfirmed = settle(old, NATSError(.disconnected, "the connection moved to another server"))
        self.link = link
        old.channel?.close(promise: nil)
        lifecycle.moved()
        connectedSince = eventLoop.now
        servers.beginAnew()
        let server = identity(of: link)
        status.update { values in
            values.state = .connected
            values.pingMisses = 0
            values.server = server
            values.tls = link.tlsStatus
            values.connections += 1
            values.roundTrips = RoundTrips()
        }
        outbound.moved(maxPayload: server.maxPayload, acceptsHeaders: link.info?.supportsHeaders ?? false)
        logger.debug("moved to another server", metadata: ["address": "\(link.address)"])
        observer(.moved(to: server, unconfirmed: unconfirmed, duplicates: possibleDuplicates))
        flush()
        scheduleFirstKeepalive()
        // It may have announced its own end meanwhile.
        if link.info?.lameDuckMode == true { lameDuckAnnounced() }
    }
}
