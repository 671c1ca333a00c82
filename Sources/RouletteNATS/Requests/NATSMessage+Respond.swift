public import NATSWire

extension NATSMessage {
    /// Answers the message on the connection on which it arrived. A drain waits for the answer as long as the message exists.
    ///
    /// - Throws: ``NATSError/Code/noReplySubject`` if the message has no reply subject; otherwise the errors of
    ///   ``NATSClient/publish(_:to:reply:headers:)``.
    public func respond(_ payload: some MessagePayload, headers: Headers? = nil) async throws(NATSError) {
        try await client.answer(wire.replySubject(), with: payload, headers: headers)
    }
}

extension WireMessage {
    /// Returns the subject for an answer.
    /// - Throws: ``NATSError/Code/noReplySubject``, or ``NATSError/Code/invalidSubject`` if a client may not publish to the reply
    ///   subject.
    package func replySubject() throws(NATSError) -> Subject {
        guard let reply else {
            throw NATSError(
                .noReplySubject,
                "the message on \(printable(subject)) has no reply subject, so its publisher expects no answer"
            )
        }
        do {
            return try Subject(bytes: reply.readableBytesView)
        } catch {
            throw NATSError(.invalidSubject, "the reply subject is not valid: \(error)", cause: error)
        }
    }
}
