import NIOCore

/// PINGs, confirmations, and what may be written and delivered.
extension ConnectionMachine {
    // MARK: Pings

    mutating func pingCurrent(_ purpose: ExpectedPong.Purpose, waiters: [Waiter] = []) {
        guard let id = current?.id else { return }
        expectPong(purpose, waiters: waiters)
        act(.ping(id))
    }

    private mutating func expectPong(_ purpose: ExpectedPong.Purpose, waiters: [Waiter]) {
        let expected = ExpectedPong(sentAt: now, handedOver: accounts.handedOver, waiters: waiters, purpose: purpose)
        current?.expectedPongs.append(expected)
    }

    /// Sends all subscriptions again. The server has them all when it answers the PING that follows them.
    mutating func sendSubscriptionsAgain() {
        guard let id = current?.id else { return }
        act(.sendSubscriptions(id))
        pingCurrent(.resumption)
    }

    /// Handles the PONG for the oldest PING of a connection. A PONG without a PING is ignored.
    mutating func answered(_ id: ID, _ event: Event) {
        let isCurrent = id == current?.id
        guard let expected = isCurrent ? current?.expectedPongs.popFirst() : next?.expectedPongs.popFirst() else { return }
        accounts.confirm(upTo: expected.handedOver)
        act(.answered(id, roundTrip: expected.purpose == .roundTrip ? Duration(now - expected.sentAt) : nil))
        if !expected.waiters.isEmpty { act(.resolve(expected.waiters, nil)) }
        switch expected.purpose {
        case .roundTrip, .endOfMessages: break
        case .resumption: act(.resumeSubscriptions)
        case .subscriptions: if !isCurrent { subscriptionsConfirmed(event) }
        case .leaving(let heir): if isCurrent, heir == next?.id { return oldServerSettled() }
        }
        if isCurrent, accounts.hasUnconfirmed, current?.expectedPongs.isEmpty == true { requestConfirmationLater() }
    }

    private mutating func requestConfirmationLater() {
        guard !isSet(.confirmation) else { return }
        set(.confirmation, at: now + TimeAmount(settings.confirmationInterval))
    }

    mutating func confirmationDue(_ event: Event) {
        guard activeID != nil else { return forbidden(event) }
        guard current?.expectedPongs.isEmpty == true, accounts.hasUnconfirmed else { return }
        accounts.requestedConfirmation(at: now)
        pingCurrent(.roundTrip)
    }

    // MARK: Frames

    /// Returns whether control frames may be written to a connection. They may from CONNECT on.
    func mayWriteControl(to id: ID) -> Bool {
        if id == next?.id { return migration.state == .awaitingPong || migration.isSubscribed }
        return id == current?.id && (lifecycle.state == .awaitingPong || lifecycle.state == .connected)
    }

    /// Whether published frames may be written to the current connection.
    var mayWriteFrames: Bool { lifecycle.state == .connected && !isWritingFrames && !migration.holdsPublishes }

    /// Records that published frames are handed to the socket of the current connection.
    ///
    /// - Parameter waiters: The calls that need a confirmation of everything up to here.
    /// - Returns: Whether a PING must follow the frames and, if not, when to request a confirmation.
    mutating func framesTaken(messages: Int, waiters: [Waiter], at now: NIODeadline) -> FramesDecision {
        self.now = now
        isWritingFrames = true
        accounts.handOver(messages)
        let interval = TimeAmount(settings.confirmationInterval)
        let isPingUnderWay = current?.expectedPongs.isEmpty == false
        if waiters.isEmpty, let last = accounts.lastRequest, now - last < interval || isPingUnderWay {
            guard !isPingUnderWay, markSet(.confirmation) else { return FramesDecision(wantsPing: false, confirmation: nil) }
            return FramesDecision(wantsPing: false, confirmation: now + interval)
        }
        accounts.requestedConfirmation(at: now)
        expectPong(.roundTrip, waiters: waiters)
        return FramesDecision(wantsPing: true, confirmation: nil)
    }

    /// What to do when frames are written. It is not a list of actions, because the PING belongs to the same write.
    struct FramesDecision: Equatable {
        let wantsPing: Bool
        /// When ``Timer/confirmation`` must fire, if it must be set.
        let confirmation: NIODeadline?
    }

    mutating func framesWritten(_ id: ID) {
        // The frames of an abandoned connection are already settled.
        guard id == current?.id, isWritingFrames else { return }
        isWritingFrames = false
        leaveOldServerIfIdle()
        act(.flush)
        act(.freeSpace)
    }

    /// Settles the accounts of a closed connection.
    /// - Returns: The number of messages that were handed to it and never confirmed.
    mutating func settle(_ old: Peer, _ cause: NATSError) -> UInt64 {
        isWritingFrames = false
        cancel(.confirmation)
        let lost = accounts.loseUnconfirmed()
        act(.settle(old.id, lost: lost, cause))
        let waiters = old.expectedPongs.flatMap(\.waiters)
        if !waiters.isEmpty { act(.resolve(waiters, cause)) }
        return lost
    }

    // MARK: Messages

    /// Returns what to do with the messages of one read.
    mutating func received(messages: Int, on id: ID) -> Delivery {
        if id == current?.id {
            current?.receivedBytes = true
            // The next connection delivers too, so messages from the old server may be duplicates.
            if migration.isSubscribed { possibleDuplicates &+= UInt64(messages) }
            return lifecycle.state == .connected ? .deliver : .discard
        }
        guard id == next?.id else { return .ignore }
        return migration.isSubscribed ? .deliver : .discard
    }
}
