import Logging
import RouletteNATS

extension RouletteClient {
    /// Completes the pending work on all connections, then closes them.
    ///
    /// Subscriptions end after the last message that the servers have for them. Their consumers process the remaining messages.
    /// Requests wait for their replies, and published messages are confirmed.
    ///
    /// New subscriptions and new messages fail immediately with ``RouletteError/Code/draining``. Until the consumers are done,
    /// they may publish, reply and send requests. A task is a consumer if it iterates over a subscription, belongs to the same
    /// service of a `ServiceGroup` as such a task, or runs in the closure of ``subscribe(to:options:_:)``. New requests fail once
    /// all consumers are done.
    ///
    /// A consumer is done when it has handled the last message and answered or released all requests, or when it has left its
    /// loop or released its subscription. <doc:Services> describes how to stop a whole service.
    ///
    /// - Parameter timeout: The limit for the whole drain; by default the configuration's `drainTimeout`. A quarter of it, at most
    ///   five seconds, is kept for the confirmation of the last messages. After it, the client is closed in any case.
    /// - Throws: ``RouletteError/Code/drainIncomplete``, with the work that was not completed.
    public func drain(timeout: Duration? = nil) async throws(RouletteError) {
        let drain = beginDrain(timeout: timeout ?? configuration.drainTimeout)
        await drain.run()
        let report = finish(drain)
        guard report.isComplete else { throw RouletteError(.drainIncomplete, report.summary) }
    }

    /// Starts a drain and refuses new messages.
    func beginDrain(timeout: Duration) -> Drain {
        Drain(connections.map(\.client), consumers: consumers, timeout: timeout)
    }

    /// Reports the result of a drain and closes the client.
    func finish(_ drain: Drain) -> DrainReport {
        drain.close { report in
            broadcaster.send(RouletteEvent(.drained(report)))
            if !report.isComplete {
                logger.warning("drain is incomplete", metadata: ["left_behind": "\(report.summary)"])
            }
        }
    }
}
