import NIOCore

/// The handshake, from the first packet to the PONG with which the server accepts the client, and the other messages of the
/// server protocol.
extension ConnectionMachine {
    // MARK: Attempts

    mutating func connect(_ action: ConnectionLifecycle.ConnectAction) {
        guard case .connect(let attempt) = action else { return }
        let peer = newPeer()
        current = peer
        // One deadline for the whole handshake.
        set(.handshake, at: peer.dialed + TimeAmount(settings.connectTimeout))
        act(.dial(peer.id, .attempt(attempt)))
    }

    mutating func reconnect() {
        if lifecycle.fail(.reconnectRequested) == .disconnect { return giveUpCurrent() }
        guard case .backingOff = lifecycle.state else { return }
        // The user requested a connection, so do not wait for the backoff.
        cancel(.retry)
        connect(lifecycle.retryTimerFired())
    }

    /// Moves to a new connection. Without a connection, there is nothing to keep.
    mutating func move() {
        switch lifecycle.state {
        // A client that is being drained ends on its server.
        case .connected: if !isDraining, migration.moveRequested() == .connect { connectNext() }
        case .backingOff: reconnect()
        case .idle, .connecting, .awaitingInfo, .awaitingPong, .disconnecting, .closing, .closed: break
        }
    }

    mutating func opened(_ id: ID) {
        if id == next?.id {
            if case .discard(let reason) = migration.tcpConnected() { return nextLost(reason) }
        } else if id == current?.id {
            if lifecycle.tcpConnected() == .closeSocket { return act(.closeSocket(id)) }
        } else {
            return
        }
        progressed(id, to: .awaitingInfo)
        if settings.speaksTLSFirst { act(.secure(id)) }
    }

    mutating func progressed(_ id: ID, to progress: HandshakeProgress) {
        if id == current?.id {
            current?.progress = progress
            act(.showProgress(progress))
        } else if id == next?.id {
            next?.progress = progress
        }
    }

    // MARK: Messages of the server

    mutating func infoReceived(_ id: ID, serverID: String?, isLeaving: Bool) {
        if id == next?.id {
            next?.serverID = serverID
            next?.isLeaving = isLeaving
            let isSameServer = migration.leavesServer && serverID != nil && serverID == current?.serverID
            switch migration.infoReceived(isLeavingToo: isLeaving || isSameServer) {
            case .introduce: act(.introduce(id))
            case .discard(let reason): nextLost(reason)
            case .none, .subscribe, .overlap, .hold, .leave: break
            }
            return
        }
        guard id == current?.id else { return }
        current?.serverID = serverID
        current?.isLeaving = isLeaving
        switch lifecycle.infoReceived() {
        case .none: return
        case .introduce: act(.introduce(id))
        case .update: act(.updateLimits(id))
        }
        act(.showServer(id))
        if isLeaving, lifecycle.state == .connected { lameDuckAnnounced() }
    }

    mutating func pongReceived(_ id: ID, _ event: Event) {
        if id == next?.id {
            // The PONG answers CONNECT, or the PING after the subscriptions.
            migration.state == .awaitingPong ? subscribeNext() : answered(id, event)
        } else if id == current?.id {
            switch lifecycle.pongReceived() {
            case .none: break
            case .established: established()
            case .answered: answered(id, event)
            }
        }
    }

    private mutating func established() {
        guard let peer = current else { return }
        cancel(.handshake)
        connectedSince = now
        act(.connected(peer.id))
        sendSubscriptionsAgain()
        act(.openBuffer(peer.id))
        act(.flush)
        act(.resumeCalls)
        setFirstKeepalive()
        // A load balancer may route to a server that is about to stop.
        if peer.isLeaving { lameDuckAnnounced() }
    }

    mutating func errorReceived(_ id: ID, _ error: ServerError, _ violation: PermissionViolation?) {
        if id == next?.id {
            return error.keepsConnection ? act(.reportServerError(id, error, violation)) : nextLost(error.error)
        }
        guard id == current?.id else { return }
        switch lifecycle.errorReceived(error) {
        case .none: break
        case .report: act(.reportServerError(id, error, violation))
        case .disconnect: giveUpCurrent()
        }
    }

    // MARK: Keepalive

    /// Schedules the first PING, up to a second late, so that connections made at the same time do not ping at the same time.
    mutating func setFirstKeepalive() {
        let jitter = random(upTo: .seconds(1))
        set(.keepalive, at: now + TimeAmount(settings.pingInterval + jitter))
    }

    private mutating func pingIntervalPassed(_ event: Event) {
        guard let peer = current else { return forbidden(event) }
        let action = lifecycle.pingIntervalPassed(receivedBytes: peer.receivedBytes)
        current?.receivedBytes = false
        act(.showPingMisses(lifecycle.keepalive.misses))
        switch action {
        case .sendPing:
            pingCurrent(.roundTrip)
            set(.keepalive, at: now + TimeAmount(settings.pingInterval))
        case .disconnect:
            giveUpCurrent()
        case .none:
            forbidden(event)
        }
    }

    // MARK: Time

    mutating func timerFired(_ timer: Timer, _ event: Event) {
        guard fired(timer) else { return forbidden(event) }
        switch timer {
        case .handshake:
            let action = lifecycle.handshakeDeadlinePassed(current?.progress, speaksTLSFirst: settings.speaksTLSFirst)
            action == .disconnect ? giveUpCurrent() : forbidden(event)
        case .keepalive:
            pingIntervalPassed(event)
        case .retry:
            let action = lifecycle.retryTimerFired()
            action == .none ? forbidden(event) : connect(action)
        case .confirmation:
            confirmationDue(event)
        case .migration:
            migrationTimerFired(event)
        }
    }
}
