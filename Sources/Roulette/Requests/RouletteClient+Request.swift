public import NATS
public import NATSWire

extension RouletteClient {
    /// Sends a request to the cluster that owns the topic, and waits for its reply.
    ///
    /// It takes the topic's publisher connection, and the reply comes back on that connection, which therefore never has to
    /// be found by hashing its inbox. When nobody is subscribed to the topic there, the server says so at once.
    ///
    /// While the connection is down the call waits and retries as ``publish(_:to:reply:headers:)`` does, within `timeout`.
    ///
    /// - Parameters:
    ///   - payload: a `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - topic: where to, without wildcards.
    ///   - headers: sent with the request.
    ///   - timeout: for everything from the call to the reply.
    /// - Throws: ``RouletteError/Code/noResponders``, ``RouletteError/Code/timeout``;
    ///   ``RouletteError/Code/disconnected`` when the connection is lost meanwhile and the request may have been received;
    ///   ``RouletteError/Code/permission``; otherwise as ``publish(_:to:reply:headers:)``.
    public func request(
        _ payload: some MessagePayload,
        to topic: String,
        headers: Headers? = nil,
        timeout: Duration = .seconds(5)
    ) async throws(RouletteError) -> Message {
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

    /// Sends a request that several may reply to (ADR-47, "Request Many"), to the cluster that owns the topic.
    ///
    /// The sequence ends when `max` replies came, when `timeout` has passed, however many came, when no further one came for
    /// `stall`, or behind a status in place of a reply.
    ///
    /// - Parameters:
    ///   - payload: a `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - topic: where to, without wildcards.
    ///   - headers: sent with the request.
    ///   - timeout: for everything from the call to the last reply.
    ///   - max: the number of replies wanted; below one is as good as none.
    ///   - stall: the longest time between two replies; the first one may take all of `timeout`. Zero and less, and
    ///     `timeout` and more, are as good as none.
    ///   - buffer: what may wait for the consumer.
    /// - Throws: as ``publish(_:to:reply:headers:)``, and ``RouletteError/Code/timeout`` when it could not be sent in time.
    ///   The sequence throws what became of the request.
    public func requestMany(
        _ payload: some MessagePayload,
        to topic: String,
        headers: Headers? = nil,
        timeout: Duration = .seconds(5),
        max: Int? = nil,
        stall: Duration? = nil,
        buffer: SubscriptionBuffer = SubscriptionBuffer()
    ) async throws(RouletteError) -> Replies {
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

    private func requestRoute(to topic: String) throws(RouletteError) -> Route {
        guard configuration.role != .subscriber else {
            throw RouletteError(.role, "this client has the role subscriber and cannot request; use the role both or publisher")
        }
        let route = try router.route(topic)
        route.subject.withBytes { elixirTopics?.publishing(to: $0, reply: nil) }
        return route
    }

    /// What a request has tried before it was sent.
    private struct RequestAttempts {
        /// Tries after a wait for the cluster.
        var retries = 0
        /// Tries on another connection of the pool since then.
        var redirections = 0
    }

    /// Finds another connection, or waits until it makes sense to try again, or throws.
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
                "the request was not sent, there was no connection during all of its timeout",
                cluster: connection.cluster,
                cause: error
            )
        }
        // Each can meet a connection that was lost a moment ago, hence the bound.
        if attempts.redirections <= configuration.poolSize, publishers.redirect(destination) {
            attempts.redirections += 1
            return
        }
        attempts.redirections = 0
        try await waitToRetry(on: connection, retries: &attempts.retries, atMost: remaining)
    }
}

extension RouletteError {
    /// What became of a request.
    init(request error: NATSError, cluster: Cluster) {
        guard error.code == .disconnected else {
            self.init(error, cluster: cluster)
            return
        }
        self.init(.disconnected, error.message, cluster: cluster, cause: error)
    }
}
