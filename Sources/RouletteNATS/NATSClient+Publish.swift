public import NATSWire

extension NATSClient {
    /// Accepts a message for publishing. It is confirmed by the next PONG; ``flush()`` waits for one.
    ///
    /// Messages that one task publishes to one subject are received in that order. The message is in the buffer when the call
    /// returns. The call suspends if the buffer is full, and after about a thousand messages to let other tasks run.
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
        while let pause = try payload.withPayloadBytes({ bytes throws(NATSError) in
            try enqueue(bytes, to: subject, reply: reply, headers: headers)
        }) {
            try await pause.end()
            if pause.isAccepted { return }
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
        let pause = try payload.withPayloadBytes { bytes throws(NATSError) in
            try enqueue(bytes, to: subject, reply: reply, headers: headers)
        }
        if let pause, !pause.isAccepted { throw .bufferFull(configuration.outboundBufferSize) }
    }

    /// Puts a message into the outbound buffer.
    ///
    /// - Returns: Nil, or what to wait for.
    @usableFromInline
    package func enqueue(
        _ payload: UnsafeRawBufferPointer,
        to subject: Subject,
        reply: Subject?,
        headers: Headers?
    ) throws(NATSError) -> PublishPause? {
        try enqueue(payload, to: subject, reply: reply, headers: headers, as: .message)
    }

    /// The purpose of a message.
    enum Purpose {
        case message
        /// The answer to a request.
        case answer
        case request(RequestToken)

        /// Whether the message is accepted while consumers are being drained, whoever sends it.
        fileprivate var completesWork: Bool {
            if case .message = self { false } else { true }
        }
    }

    func enqueue(
        _ payload: UnsafeRawBufferPointer,
        to subject: Subject,
        reply: Subject?,
        headers: Headers?,
        as purpose: Purpose,
        lease: Lease? = nil
    ) throws(NATSError) -> PublishPause? {
        guard !subject.isWildcard else { throw .pattern(subject) }
        return try subject.withBytes { subject throws(NATSError) in
            try enqueue(payload, toValid: subject, reply: reply, headers: headers, as: purpose, lease: lease)
        }
    }

    /// Accepts the answer to a request for publishing, also while consumers are being drained.
    package func answer(
        _ subject: Subject,
        with payload: some MessagePayload,
        headers: Headers?
    ) async throws(NATSError) {
        while let pause = try payload.withPayloadBytes({ bytes throws(NATSError) in
            try enqueue(bytes, to: subject, reply: nil, headers: headers, as: .answer)
        }) {
            try await pause.end()
            if pause.isAccepted { return }
        }
    }

    /// Puts a message into the outbound buffer.
    ///
    /// - Parameters:
    ///   - subject: The bytes of a valid subject without wildcards.
    ///   - lease: The right to publish the message on this connection, if several connections could carry it.
    /// - Returns: Nil, or what to wait for.
    /// - Throws: ``NATSError/Code/notConnected`` also if another connection holds the lease now.
    package func enqueue(
        _ payload: UnsafeRawBufferPointer,
        toValid subject: UnsafeRawBufferPointer,
        reply: Subject?,
        headers: Headers?,
        lease: Lease?
    ) throws(NATSError) -> PublishPause? {
        try enqueue(payload, toValid: subject, reply: reply, headers: headers, as: .message, lease: lease)
    }

    @inline(__always)
    private func enqueue(
        _ payload: UnsafeRawBufferPointer,
        toValid subject: UnsafeRawBufferPointer,
        reply: Subject?,
        headers: Headers?,
        as purpose: Purpose,
        lease: Lease?
    ) throws(NATSError) -> PublishPause? {
        if let reply { try Self.check(reply, behind: subject) }
        let accepted = outbound.append(
            validSubject: subject,
            reply: reply,
            headers: headers,
            payload: payload,
            lease: lease,
            completesWork: purpose.completesWork
        )
        switch accepted {
        case .accepted(let needsWake, let sequence):
            if needsWake { wake() }
            if case .request(let token) = purpose { requests.accepted(token, as: sequence) }
            return PublishPause.afterMessage(sequence)
        case .full(let waiter):
            return .space(waiter)
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
