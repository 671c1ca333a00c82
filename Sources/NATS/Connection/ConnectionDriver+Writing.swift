import NATSWire
import NIOCore

/// Writing: control frames (CONNECT, SUB, UNSUB, PING, PONG) go out at once; published frames one swapped buffer at a time.
///
/// Both go through one FIFO channel on one event loop, so a SUB always precedes the frames published after it: frames wait
/// while control frames do. Of each kind one write is under way at a time, so that what waits for a socket stays in buffers
/// with bounds, and a write that a peer does not take in time ends the connection. While the connection moves to another
/// server, SUBs and UNSUBs go to both.
extension ConnectionDriver {
    // MARK: Pings

    func pingAnswered(on link: Link) {
        // A PONG nobody asked for means nothing.
        guard let expected = link.expectedPongs.popFirst() else { return }
        let now = clock.now()
        let time = Duration(now - expected.sentAt)
        let settled = status.update { values in
            values.settled = max(values.settled, expected.handedOver)
            if expected.purpose == .roundTrip { values.roundTrips.record(time, at: now) }
            return values.settled
        }
        link.confirmedSubscribes = expected.subscribes
        for waiter in expected.flushes { waiter.resolve() }
        if expected.purpose == .resumption { resumeSubscriptions() }
        if settled < handedOver, link === self.link, link.expectedPongs.isEmpty {
            scheduleConfirmation(in: TimeAmount(configuration.confirmationInterval))
        }
    }

    private func scheduleConfirmation(in delay: TimeAmount) {
        guard timers.confirmation == nil else { return }
        timers.confirmation = eventLoop.scheduleTask(in: delay) {
            self.timers.confirmation = nil
            self.confirmationDue()
        }
    }

    private func confirmationDue() {
        guard let link = activeLink, link.expectedPongs.isEmpty else { return }
        let settled = status.update { $0.settled }
        guard settled < handedOver else { return }
        lastConfirmationRequest = clock.now()
        link.writePing(now: clock.now(), handedOver: handedOver)
        scheduleFlush(of: link)
    }

    // MARK: Writing

    /// Writes the control frames once this turn of the event loop is over.
    func scheduleFlush(of link: Link) {
        guard !link.isFlushScheduled, link.control.readableBytes > 0 else { return }
        link.isFlushScheduled = true
        eventLoop.execute { self.flush(link) }
    }

    /// Writes everything there is to write to the current server.
    func flush() {
        eventLoop.assertInEventLoop()
        if let link { flush(link) }
    }

    /// Writes the control frames and, when the buffer before is written, the next buffer of published frames.
    private func flush(_ link: Link) {
        link.isFlushScheduled = false
        guard let channel = link.channel, mayWrite(to: link) else {
            link.control.clear()
            return
        }
        guard !link.controlWriting.isOverfull(link.control) else {
            return failed(link, NATSError(.stale, "the server takes no bytes, and too many control frames wait for it"))
        }
        if link.control.readableBytes > 0 { writeControl(of: link, on: channel) }
        // A SUB that waits must not be overtaken by what was published after it.
        if link.control.readableBytes == 0, link === self.link, lifecycle.state == .connected, !framesBeingWritten,
            !succession.holdsPublishes
        {
            writeFrames(to: link, on: channel)
        }
        channel.flush()
        if link.controlWriting.started != nil { reportControl(of: link) }
        if framesBeingWritten || link.controlWriting.started != nil { watchWrites() }
    }

    /// From the server's first word on.
    private func mayWrite(to link: Link) -> Bool {
        if link.isSecuring { return false }
        if link === successor { return succession.state == .awaitingPong || succession.isSubscribed }
        return link === self.link && (lifecycle.state == .awaitingPong || lifecycle.state == .connected)
    }

    private func writeControl(of link: Link, on channel: any Channel) {
        guard let piece = link.controlWriting.take(from: &link.control, now: clock.now()) else { return }
        let bytes = UInt64(piece.readableBytes)
        status.update { $0.bytesOut &+= bytes }
        channel.write(piece).whenComplete { result in
            // A failed write ends the connection, which tells those that wait.
            if case .success = result { self.controlWritten(on: link) }
        }
    }

    private func controlWritten(on link: Link) {
        for waiter in link.controlWriting.written() { waiter.resolve() }
        guard link === self.link || link === successor else { return }
        if link.isControlReported { reportControl(of: link) }
        if link.control.readableBytes > 0 { flush(link) }
    }

    /// Tells the snapshot of control frames that the socket does not take at once, and when it has taken them.
    private func reportControl(of link: Link) {
        link.isControlReported = link.controlWriting.started != nil
        guard link === self.link else { return }
        let bytes = link.waitingControlBytes
        status.update { $0.controlBytes = bytes }
    }

    private func writeFrames(to link: Link, on channel: any Channel) {
        guard let taken = outbound.take(into: &frames) else { return }
        handedOver &+= UInt64(taken.messages)
        requestConfirmation(on: link, flushes: taken.flushes)
        let total = handedOver
        let bytes = UInt64(frames.readableBytes)
        status.update { values in
            values.bytesOut &+= bytes
            values.handedOver = total
        }
        framesBeingWritten = true
        writeStarted = clock.now()
        channel.write(frames).whenComplete { result in
            // A failed write ends the connection, which settles the accounts.
            if case .success = result, link === self.link { self.framesWritten() }
        }
    }

    private func framesWritten() {
        guard framesBeingWritten else { return }
        framesBeingWritten = false
        frames.recycle(capacity: configuration.outboundBufferSize)
        leaveOldServer()
        flush()
        // Taking the next buffer over says it too.
        if !framesBeingWritten { outbound.written() }
    }

    /// One timer for any number of writes: it looks again only as long as one of them lasts.
    private func watchWrites() {
        guard timers.write == nil, let oldest = writesUnderWay.map(\.started).min() else { return }
        let timeout = TimeAmount(configuration.writeTimeout)
        timers.write = eventLoop.scheduleTask(deadline: oldest + timeout) {
            self.timers.write = nil
            let now = self.clock.now()
            for (link, started) in self.writesUnderWay where now - started >= timeout {
                self.failed(link, NATSError(.stale, "the server took no bytes for \(self.configuration.writeTimeout)"))
            }
            self.watchWrites()
        }
    }

    private var writesUnderWay: [(link: Link, started: NIODeadline)] {
        var writes: [(link: Link, started: NIODeadline)] = []
        if framesBeingWritten, let link { writes.append((link, writeStarted)) }
        for link in [link, successor] {
            if let link, let started = link.controlWriting.started { writes.append((link, started)) }
        }
        return writes
    }

    /// Puts a PING behind the frames if somebody waits for it or enough time has passed since the last one.
    private func requestConfirmation(on link: Link, flushes: [Waiter]) {
        let now = clock.now()
        let interval = TimeAmount(configuration.confirmationInterval)
        if flushes.isEmpty, let last = lastConfirmationRequest, now - last < interval || !link.expectedPongs.isEmpty {
            if link.expectedPongs.isEmpty { scheduleConfirmation(in: interval) }
            return
        }
        lastConfirmationRequest = now
        FrameEncoder.ping(into: &frames)
        link.expectPong(now: now, handedOver: handedOver, flushes: flushes)
    }

    // MARK: Settling

    /// Settles the accounts of a lost connection that no other took the place of.
    /// - Returns: how many messages were given to the socket and never confirmed.
    func abandonWriting(on link: Link, _ cause: NATSError) -> UInt64 {
        outbound.disconnected(cause)
        return settle(link, cause)
    }

    /// Fails who waits for a link that is gone, and counts what it never confirmed as lost.
    /// - Returns: how many messages that are.
    func settle(_ link: Link, _ cause: NATSError) -> UInt64 {
        frames = ByteBuffer()
        framesBeingWritten = false
        lastConfirmationRequest = nil
        timers.confirmation?.cancel()
        timers.confirmation = nil
        link.abandon(cause)
        let total = handedOver
        return status.update { values in
            let unconfirmed = total - values.settled
            values.lost += unconfirmed
            values.settled = total
            values.controlBytes = 0
            if unconfirmed > 0 { values.lossCause = cause }
            return unconfirmed
        }
    }
}

extension ByteBuffer {
    /// Empties the buffer for the next round; one that a huge message made large is given back.
    fileprivate mutating func recycle(capacity limit: Int) {
        if capacity > 2 * limit { self = ByteBuffer() } else { clear() }
    }
}
