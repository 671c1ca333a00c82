import NATSWire
import NIOCore

/// A PING under way and what its PONG will mean.
struct ExpectedPong {
    let sentAt: NIODeadline
    /// Everything handed to the socket up to here is confirmed by it.
    let handedOver: UInt64
    var flushes: [Waiter] = []
    /// Subscriptions that were sent again before it.
    var resumed: [SubscriptionEntry] = []
}

/// Writing: control frames (CONNECT, SUB, UNSUB, PING, PONG) go out at once; published frames one swapped buffer at a time.
///
/// Both go through one FIFO channel on one event loop, so a SUB always precedes the frames published after it.
extension ConnectionDriver {
    // MARK: Handshake

    func writeConnect(to info: ServerInfo) throws(NATSError) {
        if configuration.tls.mode == .required || configuration.tls.mode == .first {
            throw NATSError(.tls, "TLS is not available yet")
        }
        var options = ConnectOptions()
        options.name = configuration.name
        options.echo = configuration.echo
        let credentials: NATSClientConfiguration.Credentials
        do {
            credentials = try configuration.credentials()
        } catch {
            throw NATSError(.authorization, "the credentials cannot be read: \(error)", cause: error)
        }
        if credentials == .none, info.authRequired {
            throw NATSError(.authorization, "the server asks for credentials and none are configured")
        }
        try credentials.sign(&options, nonce: info.nonce)
        if info.tlsRequired {
            throw NATSError(.configuration, "the server requires TLS, which this client is not configured for")
        }
        control.writeImmutableBuffer(options.encoded())
        FrameEncoder.ping(into: &control)
        scheduleFlushIfNeeded()
    }

    // MARK: Subscriptions

    func subscribe(
        _ subject: Subject,
        queueGroup: QueueGroup?,
        maxMessages: Int?,
        endsWithConnection: Bool,
        sink: any MessageSink
    ) throws(NATSError) -> SubscriptionEntry {
        eventLoop.assertInEventLoop()
        if lifecycle.state == .closed || lifecycle.state == .closing { throw .clientClosed }
        let entry = try subscriptions.insert { sid in
            SubscriptionEntry(
                sid: sid,
                subject: subject,
                queueGroup: queueGroup,
                maxMessages: maxMessages,
                endsWithConnection: endsWithConnection,
                sink: sink
            )
        }
        countSubscriptions()
        if activeChannel != nil {
            writeSubscribe(entry)
            scheduleFlushIfNeeded()
        } else {
            entry.wasInterrupted = true
        }
        return entry
    }

    func unsubscribe(_ sid: UInt64) {
        eventLoop.assertInEventLoop()
        guard let entry = subscriptions.remove(sid) else { return }
        countSubscriptions()
        if activeChannel != nil {
            FrameEncoder.unsubscribe(sid: sid, max: nil, into: &control)
            scheduleFlushIfNeeded()
        }
        entry.sink.end(nil)
    }

    func countSubscriptions() {
        let count = subscriptions.count
        status.update { $0.subscriptions = count }
    }

    private func writeSubscribe(_ entry: SubscriptionEntry) {
        FrameEncoder.subscribe(subject: entry.subject, queue: entry.queueGroup, sid: entry.sid, into: &control)
        if let remaining = entry.remaining { FrameEncoder.unsubscribe(sid: entry.sid, max: UInt64(remaining), into: &control) }
    }

    /// Sends every subscription again, with its queue group and what is left of its number of messages. The PING behind
    /// them tells when the server knows them all.
    func subscribeAgain() {
        var resumed: [SubscriptionEntry] = []
        for entry in subscriptions.entries {
            writeSubscribe(entry)
            if entry.wasInterrupted {
                entry.wasInterrupted = false
                resumed.append(entry)
            }
        }
        writePing(resumed: resumed)
    }

    func interruptSubscriptions(_ cause: NATSError) {
        for entry in subscriptions.entries {
            if entry.endsWithConnection {
                subscriptions.remove(entry.sid)
                entry.sink.end(cause)
            } else if !entry.wasInterrupted {
                entry.wasInterrupted = true
                entry.sink.interrupted(cause)
            }
        }
        countSubscriptions()
    }

    // MARK: Pings

    func writePing(resumed: [SubscriptionEntry] = []) {
        FrameEncoder.ping(into: &control)
        expectedPongs.append(ExpectedPong(sentAt: eventLoop.now, handedOver: handedOver, resumed: resumed))
    }

    func pingAnswered() {
        // A PONG nobody asked for means nothing.
        guard let expected = expectedPongs.popFirst() else { return }
        let time = Duration(eventLoop.now - expected.sentAt)
        let settled = status.update { values in
            values.settled = max(values.settled, expected.handedOver)
            values.roundTrips.record(time)
            return values.settled
        }
        for waiter in expected.flushes { waiter.resolve() }
        for entry in expected.resumed { entry.sink.resumed() }
        if settled < handedOver, expectedPongs.isEmpty {
            scheduleConfirmation(in: TimeAmount(configuration.confirmationInterval))
        }
    }

    func confirmationDue() {
        guard activeChannel != nil, expectedPongs.isEmpty else { return }
        let settled = status.update { $0.settled }
        guard settled < handedOver else { return }
        lastConfirmationRequest = eventLoop.now
        writePing()
        scheduleFlushIfNeeded()
    }

    // MARK: Writing

    /// Writes everything there is to write once this turn of the event loop is over.
    func scheduleFlushIfNeeded() {
        guard !isFlushScheduled, control.readableBytes > 0 else { return }
        isFlushScheduled = true
        eventLoop.execute { self.flush() }
    }

    /// Writes the control frames and, when the buffer before is written, the next buffer of published frames.
    func flush() {
        eventLoop.assertInEventLoop()
        isFlushScheduled = false
        guard let channel = writableChannel else {
            control.clear()
            return
        }
        if control.readableBytes > 0 { writeControl(on: channel) }
        if !framesBeingWritten, lifecycle.state == .connected { writeFrames(on: channel) }
        channel.flush()
    }

    private func writeControl(on channel: any Channel) {
        let bytes = UInt64(control.readableBytes)
        let waiters = written
        written = []
        if waiters.isEmpty {
            channel.write(control, promise: nil)
        } else {
            channel.write(control).whenComplete { result in
                let error: NATSError? = if case .failure(let error) = result { .socket(error) } else { nil }
                for waiter in waiters { waiter.resolve(error) }
            }
        }
        control = ByteBuffer()
        status.update { $0.bytesOut &+= bytes }
    }

    private func writeFrames(on channel: any Channel) {
        guard let taken = outbound.take(into: &frames) else { return }
        handedOver &+= UInt64(taken.messages)
        requestConfirmation(flushes: taken.flushes)
        let total = handedOver
        let bytes = UInt64(frames.readableBytes)
        status.update { values in
            values.bytesOut &+= bytes
            values.handedOver = total
        }
        framesBeingWritten = true
        channel.write(frames).whenComplete { result in
            // A failed write ends the connection, which settles the accounts.
            if case .success = result { self.framesWritten() }
        }
    }

    private func framesWritten() {
        guard framesBeingWritten else { return }
        framesBeingWritten = false
        frames.recycle(capacity: configuration.outboundBufferSize)
        outbound.written()
        flush()
    }

    /// Puts a PING behind the frames if somebody waits for it or enough time has passed since the last one.
    private func requestConfirmation(flushes: [Waiter]) {
        let now = eventLoop.now
        let interval = TimeAmount(configuration.confirmationInterval)
        if flushes.isEmpty, let last = lastConfirmationRequest, now - last < interval || !expectedPongs.isEmpty {
            if expectedPongs.isEmpty { scheduleConfirmation(in: interval) }
            return
        }
        lastConfirmationRequest = now
        FrameEncoder.ping(into: &frames)
        expectedPongs.append(ExpectedPong(sentAt: now, handedOver: handedOver, flushes: flushes))
    }

    /// Settles the accounts of a lost connection.
    /// - Returns: how many messages were given to the socket and never confirmed.
    func abandonWriting(_ cause: NATSError) -> UInt64 {
        control = ByteBuffer()
        frames = ByteBuffer()
        framesBeingWritten = false
        lastConfirmationRequest = nil
        outbound.disconnected(cause)
        for waiter in written { waiter.resolve(cause) }
        written = []
        for expected in expectedPongs {
            for waiter in expected.flushes { waiter.resolve(cause) }
            // They were told of the interruption and not yet of its end.
            for entry in expected.resumed { entry.wasInterrupted = true }
        }
        expectedPongs = []
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
