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
        let (route, connection) = try requester(for: topic)
        let terms = ReplyTerms.one(timeout: timeout)
        var retries = 0
        while true {
            do {
                let reply = try await connection.client.request(payload, to: route.subject, headers: headers, terms: terms)
                return Message(wire: reply, connection: connection)
            } catch {
                try await overcome(error, of: connection, terms: terms, retries: &retries)
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
        let (route, connection) = try requester(for: topic)
        let terms = ReplyTerms.many(timeout: timeout, max: max, stall: stall)
        var retries = 0
        while true {
            do {
                let replies = try await connection.client.requestMany(
                    payload,
                    to: route.subject,
                    headers: headers,
                    terms: terms,
                    buffer: buffer
                )
                return Replies(replies: replies, connection: connection)
            } catch {
                try await overcome(error, of: connection, terms: terms, retries: &retries)
            }
        }
    }

    private func requester(for topic: String) throws(RouletteError) -> (Route, PooledConnection) {
        guard configuration.role != .subscriber else {
            throw RouletteError(.role, "this client has the role subscriber and cannot request; use the role both or publisher")
        }
        let route = try router.route(topic)
        route.subject.withBytes { elixirTopics?.publishing(to: $0, reply: nil) }
        return (route, pools[route.cluster].publisher(for: route.hash))
    }

    /// Waits until it makes sense to try again, or throws.
    private func overcome(
        _ error: NATSError,
        of connection: PooledConnection,
        terms: ReplyTerms,
        retries: inout Int
    ) async throws(RouletteError) {
        guard error.code == .notConnected else { throw RouletteError(request: error, cluster: connection.cluster) }
        let remaining = terms.remaining
        guard remaining > .zero else {
            throw RouletteError(
                .timeout,
                "the request was not sent, there was no connection during all of its timeout",
                cluster: connection.cluster,
                cause: error
            )
        }
        try await waitToRetry(on: connection, retries: &retries, atMost: remaining)
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
