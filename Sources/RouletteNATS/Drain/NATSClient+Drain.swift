extension NATSClient {
    /// Completes all work, then closes the client. Subscriptions end after the last message that the server has for them. Their
    /// consumers process the received messages. Requests get their replies, and published messages are confirmed.
    ///
    /// New subscriptions and new messages fail with ``NATSError/Code/draining`` at once. Until the consumers are done, they may
    /// publish, answer and send requests. A task is a consumer if it iterates over a subscription. New requests fail once all
    /// consumers are done. A consumer is done when it has handled the last message and answered or released all requests, when
    /// it has left its loop, or when its subscription was released.
    ///
    /// - Parameter timeout: The limit for the whole call. A quarter of it, at most five seconds, is kept for the confirmation of
    ///   the last messages. The client is closed when it expires.
    /// - Throws: ``NATSError/Code/drainIncomplete`` with a description of the incomplete work; ``NATSError/Code/canceled``. The
    ///   client is closed in either case.
    public func drain(timeout: Duration = .seconds(30)) async throws(NATSError) {
        let drain = Drain([self], consumers: consumers, timeout: timeout)
        await drain.run()
        let report = drain.close()
        guard report.isComplete else { throw NATSError(.drainIncomplete, report.summary) }
        if Task.isCancelled { throw NATSError(.canceled, "the task was canceled") }
    }
}
