public import NATSWire
import NIOCore

extension NATSClient {
    /// Sends a request and waits for its reply.
    ///
    /// All requests share one inbox, which the first request subscribes to. If the subject has no subscriber, the server reports
    /// it at once (`no_responders` of the client protocol). Replies after the first one, and late replies, are ignored and
    /// counted in ``ConnectionSnapshot/lateReplies``.
    ///
    /// - Parameters:
    ///   - payload: The bytes. Together with the headers, at most the server's `max_payload`.
    ///   - subject: The subject to publish to, without wildcards.
    ///   - headers: The headers of the request.
    ///   - timeout: The limit from the call to the reply. The call may end later by a millisecond, plus a microsecond for each
    ///     waiting request. A request that waits in the buffer for a connection may still be sent afterwards.
    /// - Returns: The reply. A status other than "no responders" is a reply: see ``NATSMessage/status``.
    /// - Throws: ``NATSError/Code/noResponders``, ``NATSError/Code/timeout``; ``NATSError/Code/disconnected`` if the connection
    ///   is lost meanwhile and the request may have been received (a request that was not written to the socket stays in the
    ///   buffer and is sent on the next connection); ``NATSError/Code/permission``, ``NATSError/Code/canceled``; otherwise the
    ///   errors of ``publish(_:to:reply:headers:)``.
    public func request(
        _ payload: some MessagePayload,
        to subject: Subject,
        headers: Headers? = nil,
        timeout: Duration = .seconds(5)
    ) async throws(NATSError) -> NATSMessage {
        let terms = ReplyTerms.one(timeout: timeout, from: clock.now())
        return NATSMessage(wire: try await request(payload, to: subject, headers: headers, terms: terms), client: self)
    }

    /// Sends a request that may get several replies (ADR-47, "Request Many").
    ///
    /// The sequence ends after `max` replies, after `timeout`, after `stall` without a further reply, or after a status in place
    /// of a reply. It throws ``NATSError/Code/noResponders`` if the subject has no subscriber, and
    /// ``NATSError/Code/disconnected`` if the connection is lost meanwhile.
    ///
    /// - Parameters:
    ///   - payload: The bytes. Together with the headers, at most the server's `max_payload`.
    ///   - subject: The subject to publish to, without wildcards.
    ///   - headers: The headers of the request.
    ///   - timeout: The limit from the call to the last reply.
    ///   - max: The number of expected replies. Values below one mean no limit.
    ///   - stall: The longest time between two replies. The first one may take all of `timeout`. Values that are not above zero
    ///     or not below `timeout` mean no limit.
    ///   - buffer: The limits of the buffer for replies.
    /// - Throws: The errors of ``publish(_:to:reply:headers:)``, and ``NATSError/Code/timeout`` if the request could not be sent
    ///   in time.
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
        try buffer.validate()
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

    /// Returns a new subject for replies: subscribe to it, and pass it to ``publish(_:to:reply:headers:)``. Requests need none.
    ///
    /// - Throws: ``NATSError/Code/configuration`` if the inbox prefix is not a subject.
    public func newInbox() throws(NATSError) -> Subject {
        try requests.newInbox(prefix: configuration.inboxPrefix)
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
        // Add the request before it is sent, because the reply can arrive before this task continues.
        let token = try requests.add(receiver, to: subject, terms: terms)
        do {
            let reply = try requests.inbox.subject(for: token)
            while let pause = try payload.withPayloadBytes({ bytes throws(NATSError) in
                try enqueue(bytes, to: subject, reply: reply, headers: headers, as: .request(token), lease: lease)
            }) {
                try await end(pause, terms: terms)
                if pause.isAccepted { break }
            }
        } catch {
            requests.forget(token)
            throw error
        }
        return token
    }

    private func end(_ pause: PublishPause, terms: ReplyTerms) async throws(NATSError) {
        if pause.isAccepted { return try await pause.end() }
        let timer = driver.eventLoop.scheduleTask(deadline: terms.end) {
            pause.fail(NATSError(.timeout, "the outbound buffer had no space for the request within \(terms.timeout)"))
        }
        defer { timer.cancel() }
        try await pause.end()
    }

    /// Subscribes to the inbox before the first request is sent. Both use one connection, so the server has the subscription when
    /// it receives the request.
    private func subscribeToInbox() async throws(NATSError) {
        let result: Result<Void, NATSError> = await withCheckedContinuation { continuation in
            driver.eventLoop.execute { [driver, requests] in
                continuation.resume(
                    returning: Result { () throws(NATSError) in
                        // Another task may have subscribed meanwhile.
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
