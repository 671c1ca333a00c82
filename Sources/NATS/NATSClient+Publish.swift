public import NATSWire

extension NATSClient {
    /// Accepts a message for publishing. It is confirmed by the next PONG; ``flush()`` waits for one.
    ///
    /// One task publishing to one subject is received in that order: the message is in the buffer when the call returns,
    /// and there is no suspension before that unless the buffer is full.
    ///
    /// - Parameters:
    ///   - payload: the bytes; at most the server's `max_payload` together with the headers.
    ///   - subject: where to; it has no wildcards.
    ///   - reply: where an answer is expected.
    ///   - headers: sent as HPUB when given.
    /// - Throws: ``NATSError/Code/payloadTooLarge``, ``NATSError/Code/headers``; without a connection
    ///   ``NATSError/Code/bufferFull`` or ``NATSError/Code/notConnected``, as the reconnect buffer has it.
    public func publish(
        _ payload: some MessagePayload,
        to subject: Subject,
        reply: Subject? = nil,
        headers: Headers? = nil
    ) async throws(NATSError) {
        while let full = try append(payload, to: subject, reply: reply, headers: headers) {
            try await full.wait()
        }
    }

    /// Accepts a message for publishing if there is room at this moment, and never suspends.
    ///
    /// - Throws: ``NATSError/Code/bufferFull`` when there is no room; otherwise as
    ///   ``publish(_:to:reply:headers:)``.
    public func tryPublish(
        _ payload: some MessagePayload,
        to subject: Subject,
        reply: Subject? = nil,
        headers: Headers? = nil
    ) throws(NATSError) {
        guard try append(payload, to: subject, reply: reply, headers: headers) == nil else {
            throw NATSError(
                .bufferFull,
                "the outbound buffer of \(configuration.outboundBufferSize) bytes is full; wait, or use publish, which does"
            )
        }
    }

    /// - Returns: what to wait for when the buffer is full.
    private func append(
        _ payload: some MessagePayload,
        to subject: Subject,
        reply: Subject?,
        headers: Headers?
    ) throws(NATSError) -> Waiter? {
        let result = payload.withPayloadBytes { bytes in
            driver.outbound.append(subject: subject, reply: reply, headers: headers, payload: bytes)
        }
        switch result {
        case .accepted(let needsWake):
            if needsWake { wake() }
            return nil
        case .full(let waiter):
            return waiter
        case .refused(let error):
            throw error
        }
    }
}
