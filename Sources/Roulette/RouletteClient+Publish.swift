public import NATSWire
public import RouletteNATS

extension RouletteClient {
    /// Accepts a message for publishing on the cluster that owns the topic.
    ///
    /// All messages of a topic use the same connection, so messages that one task publishes to a topic are received in order.
    /// While that connection is down, they use another connection of the same cluster. While the whole cluster is down, the
    /// call waits and retries according to `max_retry`, `base_backoff` and `max_backoff`. It never uses another cluster,
    /// because that cluster does not have the subscribers. While the connection's buffer is full, the call waits. It also
    /// suspends after about a thousand messages, so that a loop of publishes does not keep other tasks waiting.
    ///
    /// An accepted message is confirmed by the next PONG: ``flush()`` waits for it.
    ///
    /// - Parameters:
    ///   - payload: A `String`, `[UInt8]`, `ByteBuffer`, `Span` or other bytes.
    ///   - topic: The topic to publish to, without wildcards.
    ///   - reply: The topic for the reply.
    ///   - headers: The headers of the message.
    /// - Throws: ``RouletteError/Code/role`` for a subscriber, ``RouletteError/Code/invalidTopic``,
    ///   ``RouletteError/Code/clusterUnavailable``, ``RouletteError/Code/payloadTooLarge``,
    ///   ``RouletteError/Code/headers``, ``RouletteError/Code/draining``, ``RouletteError/Code/closed``,
    ///   ``RouletteError/Code/canceled``.
    @inlinable
    public func publish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        to topic: String,
        reply: String? = nil,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        guard tracing != nil else { return try await accept(payload, to: topic, reply: reply, headers: headers) }
        var headers = headers
        let span: MessageSpan? = beginSpan(.publish, topic: topic, size: payload.withPayloadBytes { $0.count }, headers: &headers)
        do throws(RouletteError) {
            try await accept(payload, to: topic, reply: reply, headers: headers)
        } catch {
            span?.end(error)
            throw error
        }
        span?.end()
    }

    /// Waits until the message is accepted.
    @inlinable @inline(__always)
    func accept(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        to topic: String,
        reply: String?,
        headers: Headers?
    ) async throws(RouletteError) {
        var retries = 0
        while let blocker = payload.withPayloadBytes({ submit($0, to: topic, reply: reply, headers: headers) }) {
            try await waitUntilUnblocked(blocker, retries: &retries)
            if blocker.isAccepted { return }
        }
    }

    /// Accepts a message for publishing if that is possible without waiting. Never suspends and never retries. A loop that only
    /// calls it keeps its thread, so suspend now and then to let other tasks run.
    ///
    /// - Throws: ``RouletteError/Code/bufferFull``, ``RouletteError/Code/clusterUnavailable``, and the other errors of
    ///   ``publish(_:to:reply:headers:)``.
    @inlinable
    public func tryPublish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        to topic: String,
        reply: String? = nil,
        headers: Headers? = nil
    ) throws(RouletteError) {
        var headers = headers
        var span: MessageSpan?
        if tracing != nil {
            span = beginSpan(.publish, topic: topic, size: payload.withPayloadBytes { $0.count }, headers: &headers)
        }
        let blocker = payload.withPayloadBytes { submit($0, to: topic, reply: reply, headers: headers) }
        let error = blocker?.error
        span?.end(error)
        if let error { throw error }
    }

    /// Appends a message to the buffer of its connection. It does not suspend, which keeps the messages of a task in order.
    ///
    /// - Returns: The reason why the message cannot be accepted now, or nil if it was accepted.
    @usableFromInline
    func submit(_ payload: UnsafeRawBufferPointer, to topic: String, reply: String?, headers: Headers?) -> PublishBlocker? {
        guard configuration.role != .subscriber else { return .refused(.subscriberCannotPublish) }
        // After validation the bytes of the topic are sent directly. A `Subject` would need a copy of them.
        return topic.withUTF8Bytes { bytes in
            let destination: Destination
            do throws(RouletteError) {
                destination = try router.destination(of: bytes)
            } catch {
                return .refused(error)
            }
            return submit(payload, toValid: bytes, at: destination, reply: reply, headers: headers)
        }
    }

    /// Appends a message whose topic was already validated and routed.
    func submit(
        _ payload: UnsafeRawBufferPointer,
        toValid topic: UnsafeRawBufferPointer,
        at destination: Destination,
        reply: String?,
        headers: Headers?
    ) -> PublishBlocker? {
        elixirTopics?.publishing(to: topic, reply: reply)
        var replySubject: Subject?
        if let reply {
            do {
                replySubject = try Subject(reply)
            } catch {
                return .refused(RouletteError(.invalidTopic, "\(error)", cause: error))
            }
        }
        let blocker = publishers.withCarrier(of: destination) { connection, lease in
            submit(payload, toValid: topic, on: connection, lease, reply: replySubject, headers: headers)
        }
        guard case .noConnection = blocker else { return blocker }
        return submitThroughPool(payload, toValid: topic, at: destination, blocker, reply: replySubject, headers: headers)
    }

    @inline(__always)
    private func submit(
        _ payload: UnsafeRawBufferPointer,
        toValid topic: UnsafeRawBufferPointer,
        on connection: PooledConnection,
        _ lease: Lease,
        reply: Subject?,
        headers: Headers?
    ) -> PublishBlocker? {
        do {
            let pause = try connection.client.enqueue(payload, toValid: topic, reply: reply, headers: headers, lease: lease)
            return pause.map { $0.isAccepted ? .turn : .fullBuffer($0, connection) }
        } catch {
            guard error.code == .notConnected else { return .refused(RouletteError(error, cluster: connection.cluster)) }
            return .noConnection(connection, error)
        }
    }

    /// Tries the other connections of the cluster. The tries are limited, because each can pick a connection that was just lost.
    @inline(never)
    private func submitThroughPool(
        _ payload: UnsafeRawBufferPointer,
        toValid topic: UnsafeRawBufferPointer,
        at destination: Destination,
        _ first: PublishBlocker?,
        reply: Subject?,
        headers: Headers?
    ) -> PublishBlocker? {
        var blocker = first
        for _ in 0...configuration.poolSize {
            guard publishers.redirect(destination) else { break }
            blocker = publishers.withCarrier(of: destination) { connection, lease in
                submit(payload, toValid: topic, on: connection, lease, reply: reply, headers: headers)
            }
            guard case .noConnection = blocker else { break }
        }
        return blocker
    }

    /// Waits until another try can succeed, or lets other tasks run if the message was accepted.
    @usableFromInline
    func waitUntilUnblocked(_ blocker: PublishBlocker, retries: inout Int) async throws(RouletteError) {
        switch blocker {
        case .turn:
            await Task.yield()
        case .fullBuffer(let pause, let connection):
            do {
                try await pause.end()
            } catch {
                throw RouletteError(error, cluster: connection.cluster)
            }
        case .noConnection(let connection, _):
            try await waitToRetry(on: connection, retries: &retries)
        case .refused(let error):
            throw error
        }
    }

    // MARK: Confirmation

    /// Waits until the servers have confirmed all messages published before, including replies to requests.
    ///
    /// - Throws: ``RouletteError/Code/permission``, with the topic, if a server refused a message because the user may not
    ///   publish to it, and ``RouletteError/Code/refused`` if it refused a message for another reason.
    ///   ``RouletteError/Code/unconfirmed`` if a connection with unconfirmed messages is down, or was lost during the call or
    ///   since the last flush: its messages may not have arrived, even if the connection is up again.
    public func flush() async throws(RouletteError) {
        let busy = connections.filter(\.hasUnconfirmed)
        let failures = await withTaskGroup(of: RouletteError?.self) { group in
            for connection in busy { group.addTask { await connection.flush() } }
            return await group.reduce(into: [RouletteError]()) { failures, failure in
                if let failure { failures.append(failure) }
            }
        }
        if let failure = failures.first { throw failure }
    }

    /// Waits until the server has confirmed all messages published to this topic before.
    ///
    /// Other topics share the connection. If the server names the topic of a refusal, the refusal is reported only by the flush
    /// of that topic; a refusal without a topic is reported here too, because it may concern this topic. A server that maps
    /// subjects names the mapped subject; ``flush()`` reports every refusal.
    ///
    /// - Throws: ``RouletteError/Code/permission`` or ``RouletteError/Code/refused`` if a message was refused.
    ///   ``RouletteError/Code/unconfirmed`` if the connection is down, or was lost during the call or since the last flush.
    public func flush(topic: String) async throws(RouletteError) {
        try await flush(try route(to: topic))
    }

    /// Flushes every connection that carried messages of a topic since the last flush.
    func flush(_ route: Route) async throws(RouletteError) {
        let (current, _) = publishers.carrier(of: route.destination)
        let carriers = publishers.carriersSinceFlush(of: route.destination).filter { $0 === current || $0.hasUnconfirmed }
        var failure: RouletteError?
        for carrier in carriers {
            if let error = await carrier.flush(of: route.subject) { failure = failure ?? error }
        }
        if failure?.code != .canceled { publishers.flushed(route.destination, on: carriers) }
        if let failure { throw failure }
    }

    // MARK: Routing

    /// Returns the cluster that owns a topic.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    public func owner(of topic: String) throws(RouletteError) -> Cluster {
        clusters[try router.destination(of: topic).cluster]
    }

    /// Validates a topic for publishing and returns its route.
    func route(to topic: String) throws(RouletteError) -> Route {
        guard configuration.role != .subscriber else { throw .subscriberCannotPublish }
        return try router.route(topic)
    }
}

extension RouletteError {
    fileprivate static var subscriberCannotPublish: RouletteError {
        RouletteError(.role, "this client has the role subscriber and cannot publish; use the role both or publisher")
    }
}

extension PooledConnection {
    fileprivate var hasUnconfirmed: Bool {
        let snapshot = client.snapshot
        return snapshot.unconfirmed > 0 || snapshot.bufferedMessages > 0 || hasUnreportedLoss || client.hasUnreportedRefusals
    }

    /// Waits for a PONG and reports refused and lost messages.
    ///
    /// - Parameter subject: Only refusals of this subject are reported, or those of all subjects if it is nil.
    /// - Returns: The reason why the messages are not confirmed, or nil if they are.
    func flush(of subject: Subject? = nil) async -> RouletteError? {
        do {
            try await client.flush(of: subject)
            let lost = takeUnreportedLost()
            return lost > 0 ? unconfirmed(lost) : nil
        } catch  where error.code == .permission || error.code == .serverError {
            // In addition to the refused messages, others may be lost.
            let lost = takeUnreportedLost()
            let more = lost > 0 ? "; \(unconfirmed(lost).message)" : ""
            return RouletteError(
                error.code == .permission ? .permission : .refused,
                error.message + more,
                cluster: cluster,
                cause: error
            )
        } catch {
            // A cancelled caller has not seen the loss; keep it for the next flush.
            if error.code != .canceled { _ = takeUnreportedLost() }
            let code: RouletteError.Code = error.code == .canceled ? .canceled : .unconfirmed
            // The cause of the loss is more useful than "not connected".
            let reason = error.code == .notConnected ? client.lossCause?.message ?? error.message : error.message
            return RouletteError(
                code,
                "the last published messages are not confirmed: \(reason)",
                cluster: cluster,
                cause: error
            )
        }
    }

    private func unconfirmed(_ lost: UInt64) -> RouletteError {
        let cause = client.lossCause.map { ": \($0.message)" } ?? ""
        return RouletteError(
            .unconfirmed,
            "up to \(lost) of the messages published since the last flush were lost with a connection\(cause)",
            cluster: cluster
        )
    }
}
