public import NATSWire
import NIOCore

extension NATSClient {
    /// Sends a request and waits for its reply.
    ///
    /// All requests share one inbox, which is subscribed to with the first of them. When nobody is subscribed to the
    /// subject, the server says so at once (`no_responders` of the client protocol). What comes after the first reply, or
    /// too late, is ignored and counted in ``ConnectionSnapshot/lateReplies``.
    ///
    /// - Parameters:
    ///   - payload: the bytes; at most the server's `max_payload` together with the headers.
    ///   - subject: where to; it has no wildcards.
    ///   - headers: sent with the request.
    ///   - timeout: for everything from the call to the reply. It may end later by a millisecond, and by a microsecond for
    ///     each request that waits. A request that waited in the buffer for a connection may still be sent afterwards.
    /// - Returns: the reply. A status other than "no responders" is a reply: see ``NATSMessage/status``.
    /// - Throws: ``NATSError/Code/noResponders``, ``NATSError/Code/timeout``; ``NATSError/Code/disconnected`` when the
    ///   connection is lost meanwhile and the request may have been received (one that never reached the socket stays and
    ///   is sent on the next connection); ``NATSError/Code/permission``, ``NATSError/Code/canceled``; otherwise as
    ///   ``publish(_:to:reply:headers:)``.
    public func request(
        _ payload: some MessagePayload,
        to subject: Subject,
        headers: Headers? = nil,
        timeout: Duration = .seconds(5)
    ) async throws(NATSError) -> NATSMessage {
        let terms = ReplyTerms.one(timeout: timeout, from: clock.now())
        return NATSMessage(wire: try await request(payload, to: subject, headers: headers, terms: terms), client: self)
    }

    /// Sends a request that several may reply to (ADR-47, "Request Many").
    ///
    /// The sequence ends when `max` replies came, when `timeout` has passed, however many came, when no further one came for
    /// `stall`, or behind a status in place of a reply. It throws ``NATSError/Code/noResponders`` when there is nobody to
    /// reply, and ``NATSError/Code/disconnected`` when the connection is lost meanwhile.
    ///
    /// - Parameters:
    ///   - payload: the bytes; at most the server's `max_payload` together with the headers.
    ///   - subject: where to; it has no wildcards.
    ///   - headers: sent with the request.
    ///   - timeout: for everything from the call to the last reply.
    ///   - max: the number of replies wanted; below one is as good as none.
    ///   - stall: the longest time between two replies; the first one may take all of `timeout`. Zero and less, and
    ///     `timeout` and more, are as good as none.
    ///   - buffer: what may wait for the consumer.
    /// - Throws: as ``publish(_:to:reply:headers:)``, and ``NATSError/Code/timeout`` when it could not be sent in time.
    public func requestMany(
        _ payload: some MessagePayload,
        to subject: Subject,
        headers: Headers? = nil,
        timeout: Duration = .seconds(5),
        max: Int? = nil,
        stall: Duration? = nil,
        buffer: SubscriptionBuffer = SubscriptionBuffer()
    ) async throws(NATSError) -> NATSReplies {
        let terms = ReplyTerms.many(timeout: timeout, max: max, stall: stall, from: clock.now())
        return try await requestMany(payload, to: subject, headers: headers, terms: terms, buffer: buffer)
    }

    package func requestMany(
        _ payload: some MessagePayload,
        to subject: Subject,
        headers: Headers?,
        terms: ReplyTerms,
        buffer: SubscriptionBuffer,
        lease: Lease? = nil
    ) async throws(NATSError) -> NATSReplies {
        let queue = MessageQueue<Void>(limits: buffer)
        let receiver = ReplyReceiver.many(queue)
        let token = try await send(payload, to: subject, headers: headers, terms: terms, receiver: receiver, lease: lease)
        return NATSReplies(client: self, token: token, queue: queue)
    }

    package func request(
        _ payload: some MessagePayload,
        to subject: Subject,
        headers: Headers?,
        terms: ReplyTerms,
        lease: Lease? = nil
    ) async throws(NATSError) -> WireMessage {
        let waiter = ReplyWaiter()
        let receiver = ReplyReceiver.one(waiter)
        let token = try await send(payload, to: subject, headers: headers, terms: terms, receiver: receiver, lease: lease)
        return try await waiter.wait { [requests] in requests.forget(token) }
    }

    // MARK: Sending

    private func send(
        _ payload: some MessagePayload,
        to subject: Subject,
        headers: Headers?,
        terms: ReplyTerms,
        receiver: ReplyReceiver,
        lease: Lease?
    ) async throws(NATSError) -> RequestToken {
        if Task.isCancelled { throw .taskCanceled }
        if !requests.isSubscribed { try await subscribeToInbox() }
        // Known before it is sent: the reply can be faster than this task.
        let token = try requests.add(receiver, to: subject, terms: terms)
        do {
            let reply = try requests.inbox.subject(for: token)
            while let space = try payload.withPayloadBytes({ bytes throws(NATSError) in
                try enqueue(bytes, to: subject, reply: reply, headers: headers, request: token, lease: lease)
            }) {
                try await wait(for: space, terms: terms)
            }
        } catch {
            requests.forget(token)
            throw error
        }
        return token
    }

    private func wait(for space: BufferSpace, terms: ReplyTerms) async throws(NATSError) {
        let timer = driver.eventLoop.scheduleTask(deadline: terms.end) {
            space.fail(NATSError(.timeout, "the outbound buffer had no room for the request within \(terms.timeout)"))
        }
        defer { timer.cancel() }
        try await space.wait()
    }

    /// Subscribes before the first request is sent: both go through one stream, so the server knows the inbox by then.
    private func subscribeToInbox() async throws(NATSError) {
        let result: Result<Void, NATSError> = await withCheckedContinuation { continuation in
            driver.eventLoop.execute { [driver, requests] in
                continuation.resume(
                    returning: Result { () throws(NATSError) in
                        // Somebody else's first request may have been faster.
                        if requests.isSubscribed { return }
                        driver.inbox = try driver.subscribe(
                            requests.inbox.pattern,
                            queueGroup: nil,
                            maxMessages: nil,
                            endsWithConnection: false,
                            sink: requests,
                            whileDraining: true,
                            onWire: Waiter()
                        ).sid
                        requests.subscribed()
                    }
                )
            }
        }
        try result.get()
    }
}
