public import NATSWire

extension NATSClient {
    /// Accepts a message for publishing. It is confirmed by the next PONG; ``flush()`` waits for one.
    ///
    /// Messages that one task publishes to one subject are received in that order. The message is in the buffer when the call
    /// returns, and the call suspends only if the buffer is full.
    ///
    /// - Parameters:
    ///   - payload: The bytes. Together with the headers, at most the server's `max_payload`.
    ///   - subject: The subject to publish to, without wildcards.
    ///   - reply: The subject for a reply.
    ///   - headers: The headers. The message is sent as HPUB if they are given.
    /// - Throws: ``NATSError/Code/payloadTooLarge``, ``NATSError/Code/headers``; without a connection
    ///   ``NATSError/Code/notConnected`` or, if the reconnect buffer is full, ``NATSError/Code/bufferFull``.
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

    /// Accepts a message for publishing if the buffer has space. Never suspends.
    ///
    /// - Throws: ``NATSError/Code/bufferFull`` if the buffer has no space; otherwise the errors of
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
    /// - Returns: Nil, or the space to wait for before the next try if the buffer is full.
    @usableFromInline
    package func enqueue(
        _ payload: UnsafeRawBufferPointer,
        to subject: Subject,
        reply: Subject?,
        headers: Headers?
    ) throws(NATSError) -> BufferSpace? {
        try enqueue(payload, to: subject, reply: reply, headers: headers, request: nil)
    }

    /// - Parameter request: The token of the request, if the message is a request.
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
    ///   - subject: The bytes of a valid subject without wildcards.
    ///   - lease: The right to publish the message on this connection, if several connections could carry it.
    /// - Returns: Nil, or the space to wait for before the next try if the buffer is full.
    /// - Throws: ``NATSError/Code/notConnected`` also if another connection holds the lease now.
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
        NATSError(.invalidSubject, "a message cannot be published to the pattern \(subject); use a subject without wildcards")
    }

    @usableFromInline
    package static func bufferFull(_ capacity: Int) -> NATSError {
        NATSError(.bufferFull, "the outbound buffer of \(capacity) bytes is full; try later, or use publish, which waits")
    }
}
