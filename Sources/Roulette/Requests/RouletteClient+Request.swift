public import NATSWire
public import RouletteNATS

extension RouletteClient {
    /// Sends a request to the cluster that owns the topic, and waits for its reply.
    ///
    /// The request uses the publisher connection of the topic, and the reply arrives on the same connection, so the inbox is not
    /// looked up on the ring. If the topic has no subscribers on that cluster, the server reports it immediately.
    ///
    /// While the connection is down, the call waits and retries like ``publish(_:to:reply:headers:)``, within `timeout`.
    ///
    /// - Parameters:
    ///   - payload: A `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - topic: The topic to send the request to, without wildcards.
    ///   - headers: The headers of the request.
    ///   - timeout: The maximum time from the call to the reply; by default the configuration's `requestTimeout`.
    /// - Throws: ``RouletteError/Code/noResponders``, ``RouletteError/Code/timeout``, ``RouletteError/Code/permission``,
    ///   ``RouletteError/Code/disconnected`` if the connection was lost and the request may have been received, and the errors
    ///   of ``publish(_:to:reply:headers:)``.
    public func request(
        _ payload: some MessagePayload,
        to topic: String,
        headers: Headers? = nil,
        timeout: Duration? = nil
    ) async throws(RouletteError) -> Message {
        try await traced(payload, to: topic, headers) { headers throws(RouletteError) in
            try await send(payload, to: topic, headers: headers, timeout: timeout)
        }
    }

    private func send(
        _ payload: some MessagePayload,
        to topic: String,
        headers: Headers?,
        timeout: Duration?
    ) async throws(RouletteError) -> Message {
        let timeout = timeout ?? configuration.requestTimeout
        let route = try requestRoute(to: topic)
        let terms = ReplyTerms.one(timeout: timeout, from: clock.now())
        var attempts = RequestAttempts()
        while true {
            let (connection, lease) = publishers.carrier(of: route.destination)
            do {
                let reply = try await connection.client.request(
                    payload,
                    to: route.subject,
                    headers: headers,
                    terms: terms,
                    lease: lease
                )
                return Message(wire: reply, connection: connection)
            } catch {
                try await prepareNextAttempt(after: error, of: connection, at: route.destination, terms: terms, &attempts)
            }
        }
    }

    /// Sends a request that can have several replies (ADR-47, "Request Many") to the cluster that owns the topic.
    ///
    /// The sequence ends after `max` replies, when `timeout` has passed, when no further reply arrives for the time `stall`, or
    /// when the server sends a status instead of a reply.
    ///
    /// - Parameters:
    ///   - payload: A `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - topic: The topic to send the request to, without wildcards.
    ///   - headers: The headers of the request.
    ///   - timeout: The maximum time from the call to the last reply; by default the configuration's `requestTimeout`.
    ///   - max: The maximum number of replies. Values below 1 are ignored.
    ///   - stall: The maximum time between two replies; the first reply may take all of `timeout`. Values of zero or less, and
    ///     of `timeout` or more, are ignored.
    ///   - buffer: The limits and the overflow policy of the replies that wait for the consumer.
    /// - Throws: The errors of ``publish(_:to:reply:headers:)``, and ``RouletteError/Code/timeout`` if the request could not be
    ///   sent in time. The sequence throws errors that occur after the request was sent.
    public func requestMany(
        _ payload: some MessagePayload,
        to topic: String,
        headers: Headers? = nil,
        timeout: Duration? = nil,
        max: Int? = nil,
        stall: Duration? = nil,
        buffer: SubscriptionBuffer = SubscriptionBuffer()
    ) async throws(RouletteError) -> Replies {
        try await traced(payload, to: topic, headers) { headers throws(RouletteError) in
            try await sendMany(payload, to: topic, headers: headers, timeout: timeout, max: max, stall: stall, buffer: buffer)
        }
    }

    private func sendMany(
        _ payload: some MessagePayload,
        to topic: String,
        headers: Headers?,
        timeout: Duration?,
        max: Int?,
        stall: Duration?,
        buffer: SubscriptionBuffer
    ) async throws(RouletteError) -> Replies {
        let timeout = timeout ?? configuration.requestTimeout
        let route = try requestRoute(to: topic)
        let terms = ReplyTerms.many(timeout: timeout, max: max, stall: stall, from: clock.now())
        var attempts = RequestAttempts()
        while true {
            let (connection, lease) = publishers.carrier(of: route.destination)
            do {
                let replies = try await connection.client.requestMany(
                    payload,
                    to: route.subject,
                    headers: headers,
                    terms: terms,
                    buffer: buffer,
                    lease: lease
                )
                return Replies(replies: replies, connection: connection)
            } catch {
                try await prepareNextAttempt(after: error, of: connection, at: route.destination, terms: terms, &attempts)
            }
        }
    }

    /// Returns a new reply topic for a request to `topic`: subscribe to it, and pass it to ``publish(_:to:reply:headers:)``.
    ///
    /// Replies arrive on the cluster of the request. A topic of one's own choice would usually belong to another cluster; this one
    /// belongs to the cluster of `topic`. ``request(_:to:headers:timeout:)`` and
    /// ``requestMany(_:to:headers:timeout:max:stall:buffer:)`` need no reply topic.
    ///
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    public func newInbox(for topic: String) throws(RouletteError) -> String {
        let cluster = try owner(of: topic)
        let prefix = configuration.clusters[cluster.index].inboxPrefix ?? configuration.inboxPrefix
        while true {
            let inbox = randomness.withLock { random in Inbox.newSubject(prefix: prefix) { random.next() } }
            if router.ring.lookup(of: inbox).index == cluster.index { return inbox }
        }
    }

    /// Sends a request in a span. The span of a request with several replies ends when the request was sent.
    private func traced<Reply>(
        _ payload: some MessagePayload,
        to topic: String,
        _ headers: Headers?,
        _ send: (Headers?) async throws(RouletteError) -> Reply
    ) async throws(RouletteError) -> Reply {
        guard tracing != nil else { return try await send(headers) }
        var headers = headers
        let span: MessageSpan? = beginSpan(.request, topic: topic, size: payload.withPayloadBytes { $0.count }, headers: &headers)
        do throws(RouletteError) {
            let reply = try await send(headers)
            span?.end()
            return reply
        } catch {
            span?.end(error)
            throw error
        }
    }

    private func requestRoute(to topic: String) throws(RouletteError) -> Route {
        guard configuration.role != .subscriber else {
            throw RouletteError(.role, "this client has the role subscriber and cannot request; use the role both or publisher")
        }
        let route = try router.route(topic)
        route.subject.withBytes { elixirTopics?.publishing(to: $0, reply: nil) }
        return route
    }

    /// The attempts to send a request.
    private struct RequestAttempts {
        /// Attempts after a wait for the cluster.
        var retries = 0
        /// Attempts on other connections of the pool since the last wait.
        var redirections = 0
    }

    /// Finds another connection, or waits until another attempt can succeed.
    private func prepareNextAttempt(
        after error: NATSError,
        of connection: PooledConnection,
        at destination: Destination,
        terms: ReplyTerms,
        _ attempts: inout RequestAttempts
    ) async throws(RouletteError) {
        guard error.code == .notConnected else { throw RouletteError(request: error, cluster: connection.cluster) }
        let remaining = terms.remaining(at: clock.now())
        guard remaining > .zero else {
            throw RouletteError(
                .timeout,
                "the request was not sent because there was no connection within its timeout",
                cluster: connection.cluster,
                cause: error
            )
        }
        // The redirections are limited, because each can pick a connection that was just lost.
        if attempts.redirections <= configuration.poolSize, publishers.redirect(destination) {
            attempts.redirections += 1
            return
        }
        attempts.redirections = 0
        try await waitToRetry(on: connection, retries: &attempts.retries, atMost: remaining)
    }
}

extension RouletteError {
    /// Converts the error of a request.
    init(request error: NATSError, cluster: Cluster) {
        guard error.code == .disconnected else {
            self.init(error, cluster: cluster)
            return
        }
        self.init(.disconnected, error.message, cluster: cluster, cause: error)
    }
}
