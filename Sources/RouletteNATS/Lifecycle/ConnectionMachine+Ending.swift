import NIOCore

/// Closing and losing connections, and draining.
extension ConnectionMachine {
    mutating func close() {
        abandonMigration(isClosing: true)
        switch lifecycle.close() {
        case .none: break
        case .closeSocket: giveUpCurrent()
        case .finish: finish()
        }
    }

    /// Closes the socket of the current connection. A move to another server continues.
    mutating func giveUpCurrent() {
        guard let id = current?.id else { return }
        for timer in [Timer.handshake, .keepalive, .confirmation] { cancel(timer) }
        act(.closeSocket(id))
    }

    mutating func failed(_ id: ID, _ error: NATSError) {
        if id == next?.id {
            nextLost(error)
        } else if id == current?.id, lifecycle.fail(error) == .disconnect {
            giveUpCurrent()
        }
    }

    mutating func closed(_ id: ID, _ error: NATSError, _ event: Event) {
        if id == next?.id {
            nextLost(error)
        } else if let old = current, old.id == id {
            currentLost(old, error, event)
        }
    }

    private mutating func currentLost(_ old: Peer, _ error: NATSError, _ event: Event) {
        var heir: (peer: Peer, stage: ConnectionLifecycle.HandshakeStage)?
        switch migration.oldConnectionLost() {
        case .takeOver(let coverage): return takeOver(coverage, because: lifecycle.causeOfEnd(error))
        case .adopt(let stage): heir = next.map { ($0, stage) }
        case .none, .abandon: break
        }
        let isStable = connectedSince.map { Duration(now - $0) >= settings.stableAfter } ?? false
        let wasConnected = connectedSince != nil
        current = nil
        next = nil
        connectedSince = nil
        cancelTimers()
        switch lifecycle.socketClosed(afterStableConnection: isStable, error: error) {
        case .none:
            forbidden(event)
        case .finish:
            act(.closeBuffer(.clientClosed))
            _ = settle(old, .clientClosed)
            act(.forget(old.id))
            finish()
        case .retry(let pace, let cause):
            act(.closeBuffer(cause))
            let lost = settle(old, cause)
            if wasConnected {
                act(.interruptSubscriptions(cause, silenceOf: old.id))
                act(.reportDisconnected(cause, lost: lost))
            }
            act(.forget(old.id))
            if let heir { adopt(heir.peer, heir.stage, cause) } else { retry(pace, cause) }
        }
    }

    private mutating func retry(_ pace: ConnectionLifecycle.Pace, _ cause: NATSError) {
        let delay =
            switch pace {
            case .now: Duration.zero
            case .spread: random(upTo: settings.reconnectJitter)
            case .backoff(let retry): backoff(retry: retry)
            }
        act(.reportRetry(attempt: lifecycle.attempt + 1, delay: delay, cause))
        set(.retry, at: now + TimeAmount(delay))
    }

    /// Continues the handshake of the next connection instead of a new attempt.
    private mutating func adopt(_ peer: Peer, _ stage: ConnectionLifecycle.HandshakeStage, _ cause: NATSError) {
        lifecycle.adopt(stage)
        current = peer
        set(.handshake, at: peer.dialed + TimeAmount(settings.connectTimeout))
        act(.promote(peer.id))
        act(.adopted(peer.id, attempt: lifecycle.attempt, cause))
    }

    private mutating func finish() {
        cancelTimers()
        act(.finish)
    }

    // MARK: Draining

    mutating func drain(ended: Waiter, hasSubscriptions: Bool) {
        isDraining = true
        abandonMigration(isClosing: false)
        // The move may have held back published frames.
        act(.flush)
        guard let id = activeID, hasSubscriptions else { return act(.resolve([ended], nil)) }
        act(.endSubscriptions(id))
        // No message of these subscriptions can follow the PONG. The loss of the connection has the same effect.
        pingCurrent(.roundTrip, waiters: [ended])
    }

    /// Finds out when everything that the servers have sent so far has arrived. During a move, two servers deliver.
    mutating func endReceiving(_ ended: Waiter) {
        guard activeID != nil else { return act(.resolve([ended], nil)) }
        guard migration.isSubscribed, let nextID = next?.id else {
            return pingCurrent(.endOfMessages, waiters: [ended])
        }
        let both = Countdown(2, then: ended)
        func one() -> Waiter { Waiter(onResolve: { _ in both.arrive() }) }
        pingCurrent(.endOfMessages, waiters: [one()])
        let expected = ExpectedPong(sentAt: now, handedOver: 0, waiters: [one()], purpose: .endOfMessages)
        next?.expectedPongs.append(expected)
        act(.ping(nextID))
    }

    mutating func finishPublishing(_ confirmed: Waiter, hasBacklog: Bool) {
        act(hasBacklog || accounts.hasUnconfirmed ? .requestFlush(confirmed) : .resolve([confirmed], nil))
    }
}
