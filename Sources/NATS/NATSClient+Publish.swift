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
    @inlinable
    public func publish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        to subject: Subject,
        reply: Subject? = nil,
        headers: Headers? = nil
    ) async throws(NATSError) {
        while let full = try payload.withPayloadBytes({ bytes throws(NATSError) in
            try enqueue(bytes, to: subject, reply: reply, headers: headers)
        }) {
            try await full.wait()
        }
    }

    /// Accepts a message for publishing if there is room at this moment, and never suspends.
    ///
    /// - Throws: ``NATSError/Code/bufferFull`` when there is no room; otherwise as
    ///   ``publish(_:to:reply:headers:)``.
    @inlinable
    public func tryPublish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        to subject: Subject,
        reply: Subject? = nil,
        headers: Headers? = nil
    ) throws(NATSError) {
        let full = try payload.withPayloadBytes { bytes throws(NATSError) in
            try enqueue(bytes, to: subject, reply: reply, headers: headers)
        }
        if full != nil { throw .bufferFull(configuration.outboundBufferSize) }
    }

    /// Puts a message into the outbound buffer.
    ///
    /// - Returns: what to wait for before trying again, when the buffer is full.
    @usableFromInline
    package func enqueue(
        _ payload: UnsafeRawBufferPointer,
        to subject: Subject,
        reply: Subject?,
        headers: Headers?
    ) throws(NATSError) -> BufferSpace? {
        try enqueue(payload, to: subject, reply: reply, headers: headers, request: nil)
    }

    /// - Parameter request: whose message it is, if it is a request.
    func enqueue(
        _ payload: UnsafeRawBufferPointer,
        to subject: Subject,
        reply: Subject?,
        headers: Headers?,
        request: RequestToken?,
        lease: Lease? = nil
    ) throws(NATSError) -> BufferSpace? {
        guard !subject.isWildcard else { throw .pattern(subject) }
        return try subject.withBytes { subject throws(NATSError) in
            try enqueue(payload, toValid: subject, reply: reply, headers: headers, request: request, lease: lease)
        }
    }

    /// Puts a message into the outbound buffer.
    ///
    /// - Parameters:
    ///   - subject: bytes that follow the rules of subjects to publish to.
    ///   - lease: the claim to this connection of several that may carry the message.
    /// - Returns: what to wait for before trying again, when the buffer is full.
    /// - Throws: ``NATSError/Code/notConnected`` also when another connection holds the lease by now.
    package func enqueue(
        _ payload: UnsafeRawBufferPointer,
        toValid subject: UnsafeRawBufferPointer,
        reply: Subject?,
        headers: Headers?,
        lease: Lease?
    ) throws(NATSError) -> BufferSpace? {
        try enqueue(payload, toValid: subject, reply: reply, headers: headers, request: nil, lease: lease)
    }

    @inline(__always)
    private func enqueue(
        _ payload: UnsafeRawBufferPointer,
        toValid subject: UnsafeRawBufferPointer,
        reply: Subject?,
        headers: Headers?,
        request: RequestToken?,
        lease: Lease?
    ) throws(NATSError) -> BufferSpace? {
        if let reply { try Self.check(reply, behind: subject) }
        switch outbound.append(validSubject: subject, reply: reply, headers: headers, payload: payload, lease: lease) {
        case .accepted(let needsWake, let sequence):
            if needsWake { wake() }
            if let request { requests.accepted(request, as: sequence) }
            return nil
        case .full(let waiter):
            return BufferSpace(waiter: waiter)
        case .refused(let error):
            throw error
        }
    }

    private static func check(_ reply: Subject, behind subject: UnsafeRawBufferPointer) throws(NATSError) {
        guard !reply.isWildcard else { throw .pattern(reply) }
        do {
            try reply.checkFit(behind: subject.count)
        } catch {
            throw NATSError(.invalidSubject, "\(error)", cause: error)
        }
    }
}

extension NATSError {
    fileprivate static func pattern(_ subject: Subject) -> NATSError {
        NATSError(.invalidSubject, "a message cannot be published to the pattern \(subject), name one subject")
    }

    @usableFromInline
    package static func bufferFull(_ capacity: Int) -> NATSError {
        NATSError(.bufferFull, "the outbound buffer of \(capacity) bytes is full; wait, or use publish, which does")
    }
}
