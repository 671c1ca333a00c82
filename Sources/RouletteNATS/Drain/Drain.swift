import NIOCore

/// Completes all work of clients that are drained together: first what is received, then what is sent.
///
/// Each step is complete on all clients before the next one, because consumers of one client publish on others.
package final class Drain: Sendable {
    /// The waiters of one client.
    private struct Steps {
        let client: NATSClient
        /// Resolved when nothing more can be received.
        let ended = Waiter()
        /// Resolved when all requests are complete.
        let answered = Waiter()
        /// Resolved when all published messages are confirmed.
        let confirmed = Waiter()
    }

    private let steps: [Steps]
    private let consumers: Consumers
    /// Resolved when the consumers have finished.
    private let consumed = Waiter()
    private let timers: [Scheduled<Void>]

    /// The part of the timeout that is kept for the confirmation of the last messages.
    private static let lastFlushShare = 4
    private static let longestLastFlush: Duration = .seconds(5)

    private static func lastFlush(of timeout: Duration) -> Duration { min(timeout / lastFlushShare, longestLastFlush) }

    /// Starts the timeout and refuses new messages, except those of the consumers.
    ///
    /// - Parameters:
    ///   - clients: At least one.
    ///   - consumers: The consumers of these clients.
    ///   - timeout: The limit for all steps together. The last one has at least a quarter of it, or five seconds.
    package init(_ clients: [NATSClient], consumers: Consumers, timeout: Duration) {
        let timeout = max(timeout, .zero)
        let steps = clients.map(Steps.init)
        self.steps = steps
        self.consumers = consumers
        for client in clients { client.outbound.beginDraining(except: consumers) }
        let (consumed, lastFlush) = (consumed, Self.lastFlush(of: timeout))
        timers =
            clients.first.map { first in
                [
                    first.schedule(in: timeout - lastFlush) { Self.endEarlySteps(steps, consumed) },
                    first.schedule(in: timeout) { Self.endAllSteps(steps, consumed) },
                ]
            } ?? []
    }

    /// Takes all steps, until everything is complete or the timeout has passed.
    package func run() async {
        for step in steps {
            step.client.driver.eventLoop.execute { step.client.driver.drainSubscriptions(ended: step.ended) }
        }
        await wait(for: steps.map(\.ended))
        consumers.whenDone(consumed)
        try? await consumed.wait()
        for step in steps { step.client.requests.drain(then: step.answered) }
        await wait(for: steps.map(\.answered))
        for step in steps {
            step.client.driver.eventLoop.execute { step.client.driver.drainPublishes(confirmed: step.confirmed) }
        }
        await wait(for: steps.map(\.confirmed))
    }

    /// Goes to the last step at once, and limits its time. Called if the task that drains is canceled.
    package func hurry(timeout: Duration) {
        Self.endEarlySteps(steps, consumed)
        guard let first = steps.first else { return }
        _ = first.client.schedule(in: Self.lastFlush(of: timeout)) { [steps, consumed] in Self.endAllSteps(steps, consumed) }
    }

    /// Ends all steps at once. Called if the clients are closed by other means.
    package func end() { Self.endAllSteps(steps, consumed) }

    private func wait(for waiters: [Waiter]) async {
        // Failures appear in the report.
        for waiter in waiters { try? await waiter.wait() }
    }

    private static func endEarlySteps(_ steps: [Steps], _ consumed: Waiter) {
        for waiter in steps.flatMap({ [$0.ended, $0.answered] }) + [consumed] { waiter.resolve(.drainTimeout) }
    }

    private static func endAllSteps(_ steps: [Steps], _ consumed: Waiter) {
        endEarlySteps(steps, consumed)
        for step in steps { step.confirmed.resolve(.drainTimeout) }
    }

    /// Closes the clients.
    ///
    /// - Parameter willClose: Called with the incomplete work before the clients close.
    /// - Returns: The incomplete work.
    package func close(willClose: (DrainReport) -> Void = { _ in }) -> DrainReport {
        for timer in timers { timer.cancel() }
        var report = DrainReport()
        for client in steps.map(\.client) { report.add(client) }
        for backlog in consumers.backlogs { report.add(backlog) }
        willClose(report)
        for step in steps { step.client.close() }
        return report
    }
}

extension DrainReport {
    /// Adds what a client has not sent, and what is not confirmed and not answered.
    fileprivate mutating func add(_ client: NATSClient) {
        let backlog = client.outbound.backlog
        unsentMessages += backlog.messages
        unsentBytes += backlog.bytes
        let (unconfirmed, unreported) = client.driver.status.update { ($0.handedOver - $0.settled, $0.refusals.unreported) }
        self.unconfirmed += max(unconfirmed, UInt64(backlog.leavingMessages))
        if let unreported {
            refused += unreported.count
            refusal = refusal ?? unreported.text
        }
        unanswered += client.requests.counters.pending
    }
}

extension NATSError {
    fileprivate static let drainTimeout = NATSError(.drainIncomplete, "draining timed out")
}
