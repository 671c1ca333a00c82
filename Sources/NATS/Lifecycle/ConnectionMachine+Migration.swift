import NIOCore

/// The move to another server that ``ServerMigration`` decides.
extension ConnectionMachine {
    /// The server is going to stop and asks its clients to leave. It may say so several times.
    mutating func lameDuckAnnounced() {
        guard migration.state == .none else { return }
        act(.reportLameDuck)
        // What is being drained ends here.
        guard settings.movesOnLameDuck, !isDraining else { return }
        if migration.lameDuckAnnounced() == .connect { connectNext() }
    }

    private mutating func connectNext() {
        let peer = newPeer()
        next = peer
        set(.migration, at: now + TimeAmount(settings.connectTimeout))
        act(.dial(peer.id, .migration))
    }

    /// The next server accepted us.
    mutating func subscribeNext() {
        guard let id = next?.id, migration.pongReceived() == .subscribe else { return }
        // Many subscriptions may take longer than a handshake. The old server serves meanwhile.
        cancel(.migration)
        act(.sendSubscriptions(id))
        // Its PONG says nothing about messages that were handed to the old server.
        next?.expectedPongs.append(ExpectedPong(sentAt: now, handedOver: 0, waiters: [], purpose: .subscriptions))
        act(.ping(id))
    }

    /// The next server knows the subscriptions. The other servers of the cluster learn of them a little later, and a client
    /// that left the old server before that would miss messages.
    mutating func subscriptionsConfirmed(_ event: Event) {
        guard migration.subscriptionsConfirmed() == .overlap else { return forbidden(event) }
        set(.migration, at: now + TimeAmount(hasSubscriptions ? settings.moveOverlap : .zero))
    }

    /// Unsubscribes at the old server, which then has to answer everything that was handed to it. The PING has to be behind the
    /// frames that the socket is still taking, so this waits for ``Event/framesWritten``.
    mutating func leaveOldServerIfIdle() {
        guard migration.state == .holding, !isWritingFrames, let old = current, let peer = next else { return }
        guard migration.oldSocketIdle() == .leave else { return }
        act(.sendUnsubscribes(old.id))
        pingCurrent(.leaving(for: peer.id))
        set(.migration, at: now + TimeAmount(settings.connectTimeout))
    }

    mutating func migrationTimerFired(_ event: Event) {
        switch migration.state {
        case .connecting, .awaitingInfo, .awaitingPong:
            nextLost(NATSError(.connectTimeout, "timed out: the server to move to does not answer"))
        case .overlapping:
            guard migration.overlapEnded() == .hold else { return forbidden(event) }
            leaveOldServerIfIdle()
        case .leaving:
            oldServerSettled()
        case .backingOff:
            guard migration.retryTimerFired() == .connect else { return forbidden(event) }
            connectNext()
        case .none, .subscribing, .holding:
            forbidden(event)
        }
    }

    /// The old server has answered everything, or its time is up.
    mutating func oldServerSettled() {
        if case .takeOver(let coverage) = migration.oldServerSettled() { takeOver(coverage, because: nil) }
    }

    /// The next connection is gone.
    mutating func nextLost(_ error: NATSError) {
        guard let lost = next, case .retry(let retry, let mustSubscribeAgain) = migration.nextConnectionLost() else { return }
        next = nil
        cancel(.migration)
        set(.migration, at: now + TimeAmount(backoff(retry: retry)))
        giveUpNext(lost, error, wasOldServerLeft: mustSubscribeAgain)
        reportMoveFailed(error)
        // Publishes may have been held back.
        act(.flush)
    }

    /// Ends a move because the client closes or is drained.
    mutating func abandonMigration(isClosing: Bool) {
        cancel(.migration)
        guard migration.state != .none else { return }
        let wasOldServerLeft = migration.state == .leaving
        migration.cancel()
        if let lost = next {
            next = nil
            giveUpNext(lost, .superseded, wasOldServerLeft: wasOldServerLeft && !isClosing)
        }
        reportMoveFailed(.superseded)
    }

    private mutating func giveUpNext(_ lost: Peer, _ error: NATSError, wasOldServerLeft: Bool) {
        // Only the next connection delivered since the old server was left.
        let mustSubscribeAgain = wasOldServerLeft && lifecycle.state == .connected
        if mustSubscribeAgain { act(.reportGap(error, silenceOf: lost.id)) }
        act(.discard(lost.id, error))
        if mustSubscribeAgain { sendSubscriptionsAgain() }
    }

    private mutating func reportMoveFailed(_ error: NATSError) {
        let duplicates = takeDuplicates()
        if duplicates > 0 { act(.reportMoveFailed(error, duplicates: duplicates)) }
    }

    private mutating func takeDuplicates() -> UInt64 {
        defer { possibleDuplicates = 0 }
        return possibleDuplicates
    }

    /// The next connection takes the place of the current one.
    ///
    /// - Parameter cause: Why the current one is gone; nil if it was left.
    mutating func takeOver(_ coverage: ServerMigration.Coverage, because cause: NATSError?) {
        guard let old = current, let peer = next else { return }
        cancel(.migration)
        let lost = settle(old, cause ?? .moved)
        if coverage != .complete { act(.reportGap(cause ?? .moved, silenceOf: old.id)) }
        current = peer
        next = nil
        lifecycle.moved()
        connectedSince = now
        act(.promote(peer.id))
        act(.moved(peer.id, lost: lost, duplicates: takeDuplicates(), because: cause))
        switch coverage {
        case .complete: break
        case .spreading: act(.resumeSubscriptions)
        // The SUBs are on their way, and so is a PING behind them. Only this one is behind both.
        case .requested: pingCurrent(.resumption)
        }
        act(.flush)
        setFirstKeepalive()
        // It may have announced its own end meanwhile.
        if peer.isLeaving { lameDuckAnnounced() }
    }
}
