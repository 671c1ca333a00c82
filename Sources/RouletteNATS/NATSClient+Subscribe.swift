public import NATSWire

extension NATSClient {
    /// Subscribes, and returns when the SUB has been written to the socket.
    ///
    /// Subscriptions to the same pattern without a queue group share one SUB, and each gets every message. The subscription
    /// survives reconnects. It ends with an error when the server denies it. It ends without an error when
    /// ``NATSSubscription/cancel()`` is called, when it is released, or when the client closes.
    ///
    /// - Parameters:
    ///   - pattern: A subject, or a pattern made by ``NATSWire/Subject/pattern(_:)``.
    ///   - queueGroup: A queue group. Each message is sent to one member of the group.
    ///   - maxMessages: The number of messages after which the subscription ends, at least 1.
    ///   - buffer: The limits of the buffer for received messages.
    ///   - confirmed: Whether to wait for a PONG too, so that the server knows the subscription when the call returns.
    /// - Throws: ``NATSError/Code/configuration`` if a limit is below 1;
    ///   ``NATSError/Code/notConnected``, or the cause if the connection is lost meanwhile; with `confirmed` also
    ///   ``NATSError/Code/permission`` if the server denies the subscription.
    public func subscribe(
        to pattern: Subject,
        queueGroup: String? = nil,
        maxMessages: Int? = nil,
        buffer: SubscriptionBuffer = SubscriptionBuffer(),
        confirmed: Bool = false
    ) async throws(NATSError) -> NATSSubscription {
        try await subscribe(
            to: pattern,
            queueGroup: queueGroup,
            maxMessages: maxMessages,
            buffer: buffer,
            confirmed: confirmed,
            endsWithConnection: false
        )
    }

    /// Subscribes as ``subscribe(to:queueGroup:maxMessages:buffer:confirmed:)`` does.
    /// - Parameter endsWithConnection: Whether the subscription ends with the cause when the connection is lost.
    package func subscribe(
        to pattern: Subject,
        queueGroup: String? = nil,
        maxMessages: Int? = nil,
        buffer: SubscriptionBuffer = SubscriptionBuffer(),
        confirmed: Bool = false,
        endsWithConnection: Bool
    ) async throws(NATSError) -> NATSSubscription {
        try buffer.validate()
        let queue = MessageQueue<NATSClient>(limits: buffer, of: pattern, among: consumers)
        let sink = SubscriptionSink(queue: queue, client: self)
        let sid: UInt64
        do {
            sid = try await addSubscription(
                to: pattern,
                queueGroup: queueGroup,
                maxMessages: maxMessages,
                endsWithConnection: endsWithConnection,
                requiresConnection: true,
                sink: sink
            )
        } catch {
            queue.abandon()
            throw error
        }
        let subscription = NATSSubscription(client: self, sid: sid, sink: sink)
        if confirmed {
            try await confirm()
            // The server sends a refusal before the PONG.
            if let refusal = queue.failure { throw refusal }
        }
        return subscription
    }

    /// Subscribes with a sink of the caller.
    ///
    /// - Parameters:
    ///   - endsWithConnection: Whether the loss of the connection ends the subscription, with the cause as its error.
    ///   - requiresConnection: Whether the call fails without a connection. Otherwise the subscription starts with the next
    ///     connection.
    package func addSubscription(
        to pattern: Subject,
        queueGroup: String?,
        maxMessages: Int?,
        endsWithConnection: Bool,
        requiresConnection: Bool,
        sink: any MessageSink
    ) async throws(NATSError) -> UInt64 {
        if let maxMessages, maxMessages < 1 {
            throw NATSError(.configuration, "the maximum number of messages is \(maxMessages), use 1 or more")
        }
        let queueGroup = try queueGroup.map { name throws(NATSError) in try Self.queueGroup(name) }
        let onWire = Waiter()
        let added: Result<UInt64, NATSError> = await withCheckedContinuation { continuation in
            driver.eventLoop.execute { [driver] in
                let result: Result<UInt64, NATSError> = Result { () throws(NATSError) -> UInt64 in
                    if requiresConnection, driver.activeConnection == nil, !driver.isClosed {
                        throw NATSError(.notConnected, "there is no connection at this moment")
                    }
                    let entry = try driver.subscribe(
                        pattern,
                        queueGroup: queueGroup,
                        maxMessages: maxMessages,
                        endsWithConnection: endsWithConnection,
                        sink: sink,
                        onWire: onWire
                    )
                    return entry.sid
                }
                continuation.resume(returning: result)
            }
        }
        let sid = try added.get()
        do {
            try await onWire.wait()
        } catch {
            removeSubscription(sid, sink)
            throw error
        }
        return sid
    }

    /// Ends the subscription of one sink. Does nothing if it has already ended.
    package func removeSubscription(_ sid: UInt64, _ sink: any MessageSink) {
        driver.eventLoop.execute { [driver] in driver.unsubscribe(sid, sink) }
    }

    /// Ends the subscription of one sink after the last message that the server has for it. Does nothing if it has already ended.
    package func drainSubscription(_ sid: UInt64, _ sink: any MessageSink) {
        driver.eventLoop.execute { [driver] in driver.drainSubscription(sid, sink) }
    }

    /// Counts messages of this connection that were dropped because a consumer was too slow.
    package func countDropped(_ messages: Int) {
        driver.status.update { $0.dropped &+= UInt64(messages) }
    }

    private static func queueGroup(_ name: String) throws(NATSError) -> QueueGroup {
        do {
            return try QueueGroup(name)
        } catch {
            throw NATSError(.invalidSubject, "\(error)", cause: error)
        }
    }
}
