import NIOCore

/// The move to another server, as decided by ``ServerMigration``.
extension ConnectionMachine {
    /// Handles the announcement that the server is about to stop. The server may repeat it.
    mutating func lameDuckAnnounced() {
        let isRequestedMove = migration.state != .none && !migration.leavesServer
        guard migration.state == .none || isRequestedMove else { return }
        act(.reportLameDuck)
        // A client that is being drained ends on the old server.
        guard settings.movesOnLameDuck, !isDraining else { return }
        if migration.lameDuckAnnounced() == .connect { connectNext() }
    }

    mutating func connectNext() {
        let peer = newPeer()
        next = peer
        set(.migration, at: now + TimeAmount(settings.connectTimeout))
        act(.dial(peer.id, .migration))
    }

    /// Sends the subscriptions to the next server, which has accepted the client.
    mutating func subscribeNext() {
        guard let id = next?.id, migration.pongReceived() == .subscribe else { return }
        // Many subscriptions may take longer than a handshake. The old server delivers meanwhile.
        cancel(.migration)
        act(.sendSubscriptions(id))
        // Its PONG does not confirm messages that were handed to the old server.
        next?.expectedPongs.append(ExpectedPong(sentAt: now, handedOver: 0, waiters: [], purpose: .subscriptions))
        act(.ping(id))
    }

    /// Starts the overlap, because the next server has the subscriptions. The other servers of the cluster learn of them a little
    /// later, and a client that left the old server before that would miss messages.
    mutating func subscriptionsConfirmed(_ event: Event) {
        guard migration.subscriptionsConfirmed() == .overlap else { return forbidden(event) }
        set(.migration, at: now + TimeAmount(hasSubscriptions ? settings.moveOverlap : .zero))
    }

    /// Unsubscribes from the old server, which then has to answer everything that was handed to it. The PING must follow the
    /// frames that the socket is still writing, so this waits for ``Event/framesWritten``.
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

    /// Takes over because the old server has answered everything, or because the deadline has passed.
    mutating func oldServerSettled() {
        if case .takeOver(let coverage) = migration.oldServerSettled() { takeOver(coverage, because: nil) }
    }

    /// Handles the loss of the next connection.
    mutating func nextLost(_ error: NATSError) {
        guard let lost = next, case .retry(let retry, let mustSubscribeAgain) = migration.nextConnectionLost() else { return }
        next = nil
        cancel(.migration)
        set(.migration, at: now + TimeAmount(backoff(retry: retry)))
        giveUpNext(lost, error, wasOldServerLeft: mustSubscribeAgain)
        // A lame-duck server is expected to end. The failure of a requested move has no other sign.
        reportMoveFailed(error, always: !migration.leavesServer)
        // Published frames may have been held back.
        act(.flush)
    }

    /// Ends a move because the client is being closed or drained.
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
        // Only the next connection has delivered since the client left the old server.
        let mustSubscribeAgain = wasOldServerLeft && lifecycle.state == .connected
        if mustSubscribeAgain { act(.reportGap(error, silenceOf: lost.id)) }
        act(.discard(lost.id, error))
        let waiters = lost.expectedPongs.flatMap(\.waiters)
        if !waiters.isEmpty { act(.resolve(waiters, error)) }
        if mustSubscribeAgain { sendSubscriptionsAgain() }
    }

    private mutating func reportMoveFailed(_ error: NATSError, always: Bool = false) {
        let duplicates = takeDuplicates()
        if duplicates > 0 || always { act(.reportMoveFailed(error, duplicates: duplicates)) }
    }

    private mutating func takeDuplicates() -> UInt64 {
        defer { possibleDuplicates = 0 }
        return possibleDuplicates
    }

    /// Replaces the current connection by the next one.
    ///
    /// - Parameter cause: Why the current connection was lost; nil if the client left it.
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
        // The SUBs and a PING after them are in transit. Only the PONG to this new PING follows both.
        case .requested: pingCurrent(.resumption)
        }
        act(.flush)
        setFirstKeepalive()
        // The new server may have announced its own end meanwhile.
        if peer.isLeaving { lameDuckAnnounced() }
    }
}
