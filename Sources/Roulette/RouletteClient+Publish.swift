public import NATS
public import NATSWire

extension RouletteClient {
    /// Accepts a message for publishing on the cluster that owns the topic.
    ///
    /// The messages of one topic all take the same connection: what one task publishes to a topic is received in that order.
    /// While the connection is down the call waits and retries as `max_retry`, `base_backoff` and `max_backoff` say; it
    /// never takes another cluster, since the subscribers are not there. When the connection's buffer is full, it waits.
    ///
    /// An accepted message is confirmed by the next PONG: ``flush()`` waits for it.
    ///
    /// - Parameters:
    ///   - payload: a `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - topic: where to, without wildcards.
    ///   - reply: the topic where an answer is expected.
    ///   - headers: sent with the message.
    /// - Throws: ``RouletteError/Code/role`` for a subscriber, ``RouletteError/Code/invalidTopic``,
    ///   ``RouletteError/Code/clusterUnavailable``, ``RouletteError/Code/payloadTooLarge``,
    ///   ``RouletteError/Code/headers``, ``RouletteError/Code/closed``, ``RouletteError/Code/canceled``.
    public func publish(
        _ payload: some MessagePayload,
        to topic: String,
        reply: String? = nil,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        let (route, connection) = try publisher(for: topic)
        let reply = try reply.map { text throws(RouletteError) in try subject(text) }
        do {
            // Nearly always: no retry, no closure.
            return try await connection.client.publish(payload, to: route.subject, reply: reply, headers: headers)
        } catch {
            guard error.code == .notConnected else { throw RouletteError(error, cluster: connection.cluster) }
        }
        try await retrying(on: connection) { () throws(NATSError) in
            try await connection.client.publish(payload, to: route.subject, reply: reply, headers: headers)
        }
    }

    /// Accepts a message for publishing if that is possible at this moment; never suspends and never retries.
    ///
    /// - Throws: ``RouletteError/Code/bufferFull``, ``RouletteError/Code/clusterUnavailable``; otherwise as
    ///   ``publish(_:to:reply:headers:)``.
    public func tryPublish(
        _ payload: some MessagePayload,
        to topic: String,
        reply: String? = nil,
        headers: Headers? = nil
    ) throws(RouletteError) {
        let (route, connection) = try publisher(for: topic)
        let reply = try reply.map { text throws(RouletteError) in try subject(text) }
        do {
            try connection.client.tryPublish(payload, to: route.subject, reply: reply, headers: headers)
        } catch {
            throw RouletteError(error, cluster: connection.cluster)
        }
    }

    // MARK: Confirmation

    /// Waits until the servers have confirmed everything published before, on every publisher connection.
    ///
    /// - Throws: ``RouletteError/Code/unconfirmed`` when a connection with unconfirmed messages is or gets lost.
    public func flush() async throws(RouletteError) {
        let busy = pools.flatMap(\.publishers).filter(\.hasUnconfirmed)
        let failures = await withTaskGroup(of: RouletteError?.self) { group in
            for connection in busy { group.addTask { await connection.flush() } }
            return await group.reduce(into: [RouletteError]()) { failures, failure in
                if let failure { failures.append(failure) }
            }
        }
        if let failure = failures.first { throw failure }
    }

    /// Waits until the server has confirmed everything published before to this topic.
    ///
    /// - Throws: ``RouletteError/Code/unconfirmed`` when the connection is or gets lost.
    public func flush(topic: String) async throws(RouletteError) {
        let (_, connection) = try publisher(for: topic)
        if let failure = await connection.flush() { throw failure }
    }

    // MARK: Routing

    /// The cluster that owns a topic.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    public func owner(of topic: String) throws(RouletteError) -> Cluster {
        clusters[try router.route(topic).cluster]
    }

    private func publisher(for topic: String) throws(RouletteError) -> (Route, PooledConnection) {
        guard configuration.role != .subscriber else {
            throw RouletteError(.role, "this client has the role subscriber and cannot publish; use the role both or publisher")
        }
        let route = try router.route(topic)
        return (route, pools[route.cluster].publisher(for: route.hash))
    }

    private func subject(_ text: String) throws(RouletteError) -> Subject {
        do {
            return try Subject(text)
        } catch {
            throw RouletteError(.invalidTopic, "\(error)", cause: error)
        }
    }
}

extension PooledConnection {
    fileprivate var hasUnconfirmed: Bool {
        let snapshot = client.snapshot
        return snapshot.unconfirmed > 0 || snapshot.bufferedMessages > 0
    }

    /// - Returns: why it is not confirmed.
    fileprivate func flush() async -> RouletteError? {
        do {
            try await client.flush()
            return nil
        } catch {
            let code: RouletteError.Code = error.code == .canceled ? .canceled : .unconfirmed
            return RouletteError(code, "what was published last is not confirmed: \(error.message)", cluster: cluster, cause: error)
        }
    }
}
