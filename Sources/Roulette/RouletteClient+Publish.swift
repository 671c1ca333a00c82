public import NATS
public import NATSWire

extension RouletteClient {
    /// Accepts a message for publishing on the cluster that owns the topic.
    ///
    /// The messages of one topic all take the same connection: what one task publishes to a topic is received in that order.
    /// While that connection is down they take another one of the same cluster. While the whole cluster is down the call
    /// waits and retries as `max_retry`, `base_backoff` and `max_backoff` say; it never takes another cluster, since the
    /// subscribers are not there. When the connection's buffer is full, it waits.
    ///
    /// An accepted message is confirmed by the next PONG: ``flush()`` waits for it.
    ///
    /// - Parameters:
    ///   - payload: a `String`, `[UInt8]`, `ByteBuffer`, `Span` or other bytes.
    ///   - topic: where to, without wildcards.
    ///   - reply: the topic where an answer is expected.
    ///   - headers: sent with the message.
    /// - Throws: ``RouletteError/Code/role`` for a subscriber, ``RouletteError/Code/invalidTopic``,
    ///   ``RouletteError/Code/clusterUnavailable``, ``RouletteError/Code/payloadTooLarge``,
    ///   ``RouletteError/Code/headers``, ``RouletteError/Code/closed``, ``RouletteError/Code/canceled``.
    @inlinable
    public func publish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        to topic: String,
        reply: String? = nil,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        var retries = 0
        while let blocker = payload.withPayloadBytes({ submit($0, to: topic, reply: reply, headers: headers) }) {
            try await waitUntilUnblocked(blocker, retries: &retries)
        }
    }

    /// Accepts a message for publishing if that is possible at this moment; never suspends and never retries.
    ///
    /// - Throws: ``RouletteError/Code/bufferFull``, ``RouletteError/Code/clusterUnavailable``; otherwise as
    ///   ``publish(_:to:reply:headers:)``.
    @inlinable
    public func tryPublish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        to topic: String,
        reply: String? = nil,
        headers: Headers? = nil
    ) throws(RouletteError) {
        let blocker = payload.withPayloadBytes { submit($0, to: topic, reply: reply, headers: headers) }
        if let blocker { throw blocker.error }
    }

    /// Puts a message into the buffer of its connection, without suspending: what keeps the messages of a task in order.
    ///
    /// - Returns: What blocks the message at this moment; nil when it was accepted.
    @usableFromInline
    func submit(_ payload: UnsafeRawBufferPointer, to topic: String, reply: String?, headers: Headers?) -> PublishBlocker? {
        guard configuration.role != .subscriber else { return .refused(.subscriberCannotPublish) }
        // The topic's own bytes are sent, once they are known to be valid: a subject made of them would only be a copy.
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

    /// The same for a topic that was checked and looked up before.
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
            let space = try connection.client.enqueue(payload, toValid: topic, reply: reply, headers: headers, lease: lease)
            return space.map { .fullBuffer($0, connection) }
        } catch {
            guard error.code == .notConnected else { return .refused(RouletteError(error, cluster: connection.cluster)) }
            return .noConnection(connection, error)
        }
    }

    /// Tries the other connections of the cluster. Each try can meet one that was lost a moment ago, hence the bound.
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

    /// Waits until it makes sense to try again.
    @usableFromInline
    func waitUntilUnblocked(_ blocker: PublishBlocker, retries: inout Int) async throws(RouletteError) {
        switch blocker {
        case .fullBuffer(let space, let connection):
            do {
                try await space.wait()
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

    /// Waits until the servers have confirmed everything published before, answers to requests included.
    ///
    /// - Throws: ``RouletteError/Code/permission``, with the topic, when a server refused a message because this user may not
    ///   publish there, and ``RouletteError/Code/refused`` when it refused one for another reason;
    ///   ``RouletteError/Code/unconfirmed`` when a connection with unconfirmed messages is or gets lost, and when one was lost
    ///   since the last flush: its messages may not have arrived, however well the next connection is.
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

    /// Waits until the server has confirmed everything published before to this topic.
    ///
    /// Other topics share the connection. What the server refused of those is left for their own flush, as far as the server
    /// names the topic; a refusal without a name may concern this one. Where a server maps subjects it names the mapped one:
    /// ``flush()`` tells of everything.
    ///
    /// - Throws: ``RouletteError/Code/permission`` and ``RouletteError/Code/refused`` when a message was refused;
    ///   ``RouletteError/Code/unconfirmed`` when the connection is or gets lost, or was since the last flush.
    public func flush(topic: String) async throws(RouletteError) {
        try await flush(try route(to: topic))
    }

    /// Flushes every connection that carried messages of a topic since the last time.
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

    /// The cluster that owns a topic.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    public func owner(of topic: String) throws(RouletteError) -> Cluster {
        clusters[try router.destination(of: topic).cluster]
    }

    /// A topic that can be published to, and where its messages go.
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
        return snapshot.unconfirmed > 0 || snapshot.bufferedMessages > 0 || hasUntoldLoss || client.hasUntoldRefusals
    }

    /// - Parameter subject: what was published elsewhere and refused does not matter; nil for everything.
    /// - Returns: why it is not confirmed.
    func flush(of subject: Subject? = nil) async -> RouletteError? {
        do {
            try await client.flush(of: subject)
            let lost = takeUntoldLost()
            return lost > 0 ? unconfirmed(lost) : nil
        } catch  where error.code == .permission || error.code == .serverError {
            // Some were refused; others may be lost besides.
            let lost = takeUntoldLost()
            let more = lost > 0 ? "; \(unconfirmed(lost).message)" : ""
            return RouletteError(
                error.code == .permission ? .permission : .refused,
                error.message + more,
                cluster: cluster,
                cause: error
            )
        } catch {
            // A cancelled caller has not seen the loss; keep it for the next flush.
            if error.code != .canceled { _ = takeUntoldLost() }
            let code: RouletteError.Code = error.code == .canceled ? .canceled : .unconfirmed
            // What ended the connection says more than that there is none.
            let reason = error.code == .notConnected ? client.lossCause?.message ?? error.message : error.message
            return RouletteError(
                code,
                "what was published last is not confirmed: \(reason)",
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
