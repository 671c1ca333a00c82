import NATSWire
import NIOCore

/// Writing. Control frames (CONNECT, SUB, UNSUB, PING, PONG) are written at once, and published frames one swapped buffer at a
/// time.
///
/// Both use one FIFO channel on one event loop, and published frames wait while control frames wait, so a SUB always precedes the
/// frames published after it. Only one write of each kind is in progress at a time, so that everything that waits for a socket is
/// in a bounded buffer. A write that the peer does not accept in time ends the connection. While the connection moves to another
/// server, SUBs and UNSUBs are sent to both.
extension ConnectionDriver {
    // MARK: Pings

    func ping(_ connection: ServerConnection) {
        connection.writePing()
        scheduleFlush(of: connection)
    }

    func answered(on connection: ServerConnection, roundTrip: Duration?) {
        connection.pingAnswered()
        let (settled, now) = (machine.accounts.settled, clock.now())
        status.update { values in
            values.settled = settled
            if let roundTrip { values.roundTrips.record(roundTrip, at: now) }
        }
    }

    // MARK: Writing

    /// Writes the control frames at the end of this turn of the event loop.
    func scheduleFlush(of connection: ServerConnection) {
        guard !connection.isFlushScheduled, connection.control.readableBytes > 0 else { return }
        connection.isFlushScheduled = true
        eventLoop.execute { self.flush(connection) }
    }

    /// Writes all waiting frames to the current server.
    func flush() {
        eventLoop.assertInEventLoop()
        if let connection { flush(connection) }
    }

    /// Writes the published frames that have waited for more.
    func writeGathered() {
        isGathering = false
        if let connection { flush(connection, mayGather: false) }
    }

    /// Writes the control frames and, when the previous buffer has been written, the next buffer of published frames.
    /// - Parameter mayGather: Whether published frames may wait for more.
    private func flush(_ connection: ServerConnection, mayGather: Bool = true) {
        connection.isFlushScheduled = false
        guard let channel = connection.channel, !connection.isSecuring, machine.mayWriteControl(to: connection.id) else {
            connection.control.clear()
            return
        }
        guard !connection.controlWriting.isOverfull(connection.control) else {
            return failed(connection, NATSError(.stale, "the server does not read, and too many control frames wait for it"))
        }
        if connection.control.readableBytes > 0 { writeControl(of: connection, on: channel) }
        // A waiting SUB must not be overtaken by messages published after it.
        if connection.control.readableBytes == 0, connection === self.connection, machine.mayWriteFrames {
            if !mayGather || !gather() { writeFrames(to: connection, on: channel) }
        }
        channel.flush()
        if connection.controlWriting.started != nil { reportControl(of: connection) }
        if machine.isWritingFrames || connection.controlWriting.started != nil { watchWrites() }
    }

    /// Lets the published frames wait for more, if the event loop has very many to write.
    private func gather() -> Bool {
        guard pacer.gathers(at: clock.now()), outbound.gather() else { return false }
        if !isGathering {
            isGathering = true
            pacer.wait(self)
        }
        return true
    }

    private func writeControl(of connection: ServerConnection, on channel: any Channel) {
        guard let piece = connection.controlWriting.nextPiece(of: &connection.control, now: clock.now()) else { return }
        let bytes = UInt64(piece.readableBytes)
        status.update { $0.bytesOut &+= bytes }
        channel.write(piece).whenComplete { result in
            // A failed write ends the connection, which fails the waiting calls.
            if case .success = result { self.controlWritten(on: connection) }
        }
    }

    private func controlWritten(on connection: ServerConnection) {
        for waiter in connection.controlWriting.written() { waiter.resolve() }
        guard isInUse(connection) else { return }
        if connection.isControlReported { reportControl(of: connection) }
        if connection.control.readableBytes > 0 { flush(connection) }
    }

    /// Updates the size of the waiting control frames in the snapshot, when the socket does not accept them at once and when it
    /// has accepted them.
    private func reportControl(of connection: ServerConnection) {
        connection.isControlReported = connection.controlWriting.started != nil
        guard connection === self.connection else { return }
        let bytes = connection.waitingControlBytes
        status.update { $0.controlBytes = bytes }
    }

    private func writeFrames(to connection: ServerConnection, on channel: any Channel) {
        guard let taken = outbound.takeFrames(into: &frames) else { return }
        pacer.count(taken.messages)
        if framesTaken(taken) {
            FrameEncoder.ping(into: &frames)
            connection.pingWritten()
        }
        let handedOver = machine.accounts.handedOver
        let bytes = UInt64(frames.readableBytes)
        status.update { values in
            values.bytesOut &+= bytes
            values.handedOver = handedOver
        }
        writeStarted = clock.now()
        channel.write(frames).whenComplete { result in
            // A failed write ends the connection, which counts the messages as lost.
            if case .success = result, connection === self.connection { self.framesWritten(of: connection) }
        }
    }

    private func framesWritten(of connection: ServerConnection) {
        frames.recycle(capacity: configuration.outboundBufferSize)
        handle(.framesWritten(connection.id), on: connection)
    }

    /// Starts the timer of the write timeout. One timer serves any number of writes, and runs only while a write is in progress.
    private func watchWrites() {
        guard writeTimer == nil, let oldest = writesUnderWay.map(\.started).min() else { return }
        let timeout = TimeAmount(configuration.writeTimeout)
        writeTimer = eventLoop.scheduleTask(deadline: oldest + timeout) {
            self.writeTimer = nil
            let now = self.clock.now()
            for (connection, started) in self.writesUnderWay where now - started >= timeout {
                self.failed(connection, NATSError(.stale, "the server accepted no bytes for \(self.configuration.writeTimeout)"))
            }
            self.watchWrites()
        }
    }

    private var writesUnderWay: [(connection: ServerConnection, started: NIODeadline)] {
        var writes: [(connection: ServerConnection, started: NIODeadline)] = []
        if machine.isWritingFrames, let connection { writes.append((connection, writeStarted)) }
        for connection in [connection, nextConnection] {
            if let connection, let started = connection.controlWriting.started { writes.append((connection, started)) }
        }
        return writes
    }
}

extension ByteBuffer {
    /// Clears the buffer for reuse. Releases its storage if a huge message made it large.
    fileprivate mutating func recycle(capacity limit: Int) {
        if capacity > 2 * limit { self = ByteBuffer() } else { clear() }
    }
}
