public import NATSWire

extension NATSMessage {
    /// Answers the message on the connection it came in on.
    ///
    /// - Throws: ``NATSError/Code/noReplySubject`` when no answer is expected; otherwise as
    ///   ``NATSClient/publish(_:to:reply:headers:)``.
    public func respond(_ payload: some MessagePayload, headers: Headers? = nil) async throws(NATSError) {
        try await client.publish(payload, to: wire.replySubject(), headers: headers)
    }
}

extension WireMessage {
    /// Where to send an answer.
    /// - Throws: ``NATSError/Code/noReplySubject``, or ``NATSError/Code/invalidSubject`` for one that no client may publish to.
    package func replySubject() throws(NATSError) -> Subject {
        guard let reply else {
            throw NATSError(
                .noReplySubject,
                "the message on \(printable(subject)) has no reply subject: whoever published it expects no answer"
            )
        }
        do {
            return try Subject(bytes: reply.readableBytesView)
        } catch {
            throw NATSError(.invalidSubject, "the reply subject cannot be published to: \(error)", cause: error)
        }
    }
}
