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

    func pingAnswered(on connection: ServerConnection) {
        // A PONG nobody asked for means nothing.
        guard let expected = connection.expectedPongs.popFirst() else { return }
        let now = clock.now()
        let time = Duration(now - expected.sentAt)
        let settled = status.update { values in
            values.settled = max(values.settled, expected.handedOver)
            if expected.purpose == .roundTrip { values.roundTrips.record(time, at: now) }
            return values.settled
        }
        connection.confirmedSubscribes = expected.subscribes
        for waiter in expected.flushes { waiter.resolve() }
        if expected.purpose == .resumption { resumeSubscriptions() }
        if settled < handedOver, connection === self.connection, connection.expectedPongs.isEmpty {
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
        guard let connection = activeConnection, connection.expectedPongs.isEmpty else { return }
        let settled = status.update { $0.settled }
        guard settled < handedOver else { return }
        lastConfirmationRequest = clock.now()
        connection.writePing(now: clock.now(), handedOver: handedOver)
        scheduleFlush(of: connection)
    }

    // MARK: Writing

    /// Writes the control frames once this turn of the event loop is over.
    func scheduleFlush(of connection: ServerConnection) {
        guard !connection.isFlushScheduled, connection.control.readableBytes > 0 else { return }
        connection.isFlushScheduled = true
        eventLoop.execute { self.flush(connection) }
    }

    /// Writes everything there is to write to the current server.
    func flush() {
        eventLoop.assertInEventLoop()
        if let connection { flush(connection) }
    }

    /// Writes the control frames and, when the buffer before is written, the next buffer of published frames.
    private func flush(_ connection: ServerConnection) {
        connection.isFlushScheduled = false
        guard let channel = connection.channel, mayWrite(to: connection) else {
            connection.control.clear()
            return
        }
        guard !connection.controlWriting.isOverfull(connection.control) else {
            return failed(connection, NATSError(.stale, "the server takes no bytes, and too many control frames wait for it"))
        }
        if connection.control.readableBytes > 0 { writeControl(of: connection, on: channel) }
        // A SUB that waits must not be overtaken by what was published after it.
        if connection.control.readableBytes == 0, connection === self.connection, lifecycle.state == .connected,
            !framesBeingWritten, !migration.holdsPublishes
        {
            writeFrames(to: connection, on: channel)
        }
        channel.flush()
        if connection.controlWriting.started != nil { reportControl(of: connection) }
        if framesBeingWritten || connection.controlWriting.started != nil { watchWrites() }
    }

    /// From the server's first word on.
    private func mayWrite(to connection: ServerConnection) -> Bool {
        if connection.isSecuring { return false }
        if connection === nextConnection { return migration.state == .awaitingPong || migration.isSubscribed }
        return connection === self.connection && (lifecycle.state == .awaitingPong || lifecycle.state == .connected)
    }

    private func writeControl(of connection: ServerConnection, on channel: any Channel) {
        guard let piece = connection.controlWriting.nextPiece(of: &connection.control, now: clock.now()) else { return }
        let bytes = UInt64(piece.readableBytes)
        status.update { $0.bytesOut &+= bytes }
        channel.write(piece).whenComplete { result in
            // A failed write ends the connection, which tells those that wait.
            if case .success = result { self.controlWritten(on: connection) }
        }
    }

    private func controlWritten(on connection: ServerConnection) {
        for waiter in connection.controlWriting.written() { waiter.resolve() }
        guard connection === self.connection || connection === nextConnection else { return }
        if connection.isControlReported { reportControl(of: connection) }
        if connection.control.readableBytes > 0 { flush(connection) }
    }

    /// Tells the snapshot of control frames that the socket does not take at once, and when it has taken them.
    private func reportControl(of connection: ServerConnection) {
        connection.isControlReported = connection.controlWriting.started != nil
        guard connection === self.connection else { return }
        let bytes = connection.waitingControlBytes
        status.update { $0.controlBytes = bytes }
    }

    private func writeFrames(to connection: ServerConnection, on channel: any Channel) {
        guard let taken = outbound.takeFrames(into: &frames) else { return }
        handedOver &+= UInt64(taken.messages)
        requestConfirmation(on: connection, flushes: taken.flushes)
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
            if case .success = result, connection === self.connection { self.framesWritten() }
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
            for (connection, started) in self.writesUnderWay where now - started >= timeout {
                self.failed(connection, NATSError(.stale, "the server took no bytes for \(self.configuration.writeTimeout)"))
            }
            self.watchWrites()
        }
    }

    private var writesUnderWay: [(connection: ServerConnection, started: NIODeadline)] {
        var writes: [(connection: ServerConnection, started: NIODeadline)] = []
        if framesBeingWritten, let connection { writes.append((connection, writeStarted)) }
        for connection in [connection, nextConnection] {
            if let connection, let started = connection.controlWriting.started { writes.append((connection, started)) }
        }
        return writes
    }

    /// Puts a PING behind the frames if somebody waits for it or enough time has passed since the last one.
    private func requestConfirmation(on connection: ServerConnection, flushes: [Waiter]) {
        let now = clock.now()
        let interval = TimeAmount(configuration.confirmationInterval)
        if flushes.isEmpty, let last = lastConfirmationRequest, now - last < interval || !connection.expectedPongs.isEmpty {
            if connection.expectedPongs.isEmpty { scheduleConfirmation(in: interval) }
            return
        }
        lastConfirmationRequest = now
        FrameEncoder.ping(into: &frames)
        connection.expectPong(now: now, handedOver: handedOver, flushes: flushes)
    }

    // MARK: Settling

    /// Settles the accounts of a lost connection that no other took the place of.
    /// - Returns: how many messages were given to the socket and never confirmed.
    func abandonWriting(on connection: ServerConnection, _ cause: NATSError) -> UInt64 {
        outbound.disconnected(cause)
        return settle(connection, cause)
    }

    /// Fails who waits for a connection that is gone, and counts what it never confirmed as lost.
    /// - Returns: how many messages that are.
    func settle(_ connection: ServerConnection, _ cause: NATSError) -> UInt64 {
        frames = ByteBuffer()
        framesBeingWritten = false
        lastConfirmationRequest = nil
        timers.confirmation?.cancel()
        timers.confirmation = nil
        connection.abandon(cause)
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
