import NATSWire
import NIOCore

/// Writing: control frames (CONNECT, SUB, UNSUB, PING, PONG) go out at once; published frames one swapped buffer at a time.
///
/// Both go through one FIFO channel on one event loop, so a SUB always precedes the frames published after it. While the
/// connection moves to another server, SUBs and UNSUBs go to both.
extension ConnectionDriver {
    // MARK: Pings

    func pingAnswered(on link: Link) {
        // A PONG nobody asked for means nothing.
        guard let expected = link.expectedPongs.popFirst() else { return }
        let time = Duration(eventLoop.now - expected.sentAt)
        let settled = status.update { values in
            values.settled = max(values.settled, expected.handedOver)
            values.roundTrips.record(time)
            return values.settled
        }
        link.confirmedSubscribes = expected.subscribes
        for waiter in expected.flushes { waiter.resolve() }
        if expected.resumesSubscriptions { resumeSubscriptions() }
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
        lastConfirmationRequest = eventLoop.now
        link.writePing(now: eventLoop.now, handedOver: handedOver)
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
        if link.control.readableBytes > 0 { writeControl(of: link, on: channel) }
        if link === self.link, lifecycle.state == .connected, !framesBeingWritten, !succession.holdsPublishes {
            writeFrames(to: link, on: channel)
        }
        channel.flush()
    }

    /// From the server's first word on.
    private func mayWrite(to link: Link) -> Bool {
        if link.isSecuring { return false }
        if link === successor { return succession.state == .awaitingPong || succession.isSubscribed }
        return link === self.link && (lifecycle.state == .awaitingPong || lifecycle.state == .connected)
    }

    private func writeControl(of link: Link, on channel: any Channel) {
        let bytes = UInt64(link.control.readableBytes)
        let waiters = link.written
        link.written = []
        if waiters.isEmpty {
            channel.write(link.control, promise: nil)
        } else {
            channel.write(link.control).whenComplete { result in
                let error: NATSError? = if case .failure(let error) = result { .socket(error) } else { nil }
                for waiter in waiters { waiter.resolve(error) }
            }
        }
        link.control = ByteBuffer()
        status.update { $0.bytesOut &+= bytes }
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
        writeStarted = eventLoop.now
        watchWrite()
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
    private func watchWrite() {
        guard timers.write == nil else { return }
        let deadline = writeStarted + TimeAmount(configuration.writeTimeout)
        timers.write = eventLoop.scheduleTask(deadline: deadline) {
            self.timers.write = nil
            guard self.framesBeingWritten, let link = self.link else { return }
            guard self.eventLoop.now - self.writeStarted >= TimeAmount(self.configuration.writeTimeout) else {
                return self.watchWrite()
            }
            self.failed(link, NATSError(.stale, "the server took no bytes for \(self.configuration.writeTimeout)"))
        }
    }

    /// Puts a PING behind the frames if somebody waits for it or enough time has passed since the last one.
    private func requestConfirmation(on link: Link, flushes: [Waiter]) {
        let now = eventLoop.now
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
