import Locking
import NIOCore

/// The work that was not complete when a client was drained and closed.
public struct DrainReport: Sendable, Hashable {
    /// Received messages that were not consumed.
    public var undelivered = 0
    /// Accepted messages that were never written to a socket.
    public var unsentMessages = 0
    /// The bytes of these messages, as frames.
    public var unsentBytes = 0
    /// The maximum number of sent messages without a confirmation.
    public var unconfirmed: UInt64 = 0
    /// Requests without a reply.
    public var unanswered = 0
    /// Messages that the server refused and that no flush has reported.
    public var refused: UInt64 = 0
    /// The server's text for the first refused message, escaped and truncated.
    public var refusal: String?

    /// Creates a report without incomplete work.
    public init() {}

    /// Whether all work was completed.
    public var isComplete: Bool { self == DrainReport() }

    /// Adds two reports.
    public static func + (a: DrainReport, b: DrainReport) -> DrainReport {
        var sum = a
        sum.undelivered += b.undelivered
        sum.unsentMessages += b.unsentMessages
        sum.unsentBytes += b.unsentBytes
        sum.unconfirmed += b.unconfirmed
        sum.unanswered += b.unanswered
        sum.refused += b.refused
        sum.refusal = a.refusal ?? b.refusal
        return sum
    }

    /// A description of the incomplete work.
    package var summary: String {
        var parts: [String] = []
        if undelivered > 0 { parts.append("\(undelivered) received messages were not taken by their consumers") }
        if unsentMessages > 0 { parts.append("\(unsentMessages) accepted messages (\(unsentBytes) bytes) were never sent") }
        if unconfirmed > 0 { parts.append("up to \(unconfirmed) sent messages are not confirmed") }
        if refused > 0 {
            let reason = refusal.map { ": \($0)" } ?? ""
            parts.append((refused == 1 ? "the server refused a message" : "the server refused \(refused) messages") + reason)
        }
        if unanswered > 0 { parts.append("\(unanswered) requests have no reply") }
        return parts.isEmpty ? "all work was completed" : parts.joined(separator: "; ")
    }
}

extension NATSClient {
    /// Completes all work, then closes the client. Subscriptions end after the last message that the server has for them. Their
    /// consumers process the received messages and may still publish and send requests. Requests get their replies, and published
    /// messages are confirmed.
    ///
    /// New subscriptions fail with ``NATSError/Code/draining`` at once. New requests and messages fail with it once all consumers
    /// are done. A consumer is done when its iteration has ended or its subscription was released.
    ///
    /// - Parameter timeout: The limit for the whole call. The client is closed when it expires.
    /// - Throws: ``NATSError/Code/drainIncomplete`` with a description of the incomplete work; ``NATSError/Code/canceled``. The
    ///   client is closed in either case.
    public func drain(timeout: Duration = .seconds(30)) async throws(NATSError) {
        let stages = DrainStages(self, timeout: timeout)
        await stages.drainSubscriptions()
        await stages.drainRequests()
        await stages.drainPublishes()
        let report = DrainStages.close([stages])
        guard report.isComplete else { throw NATSError(.drainIncomplete, report.summary) }
        if Task.isCancelled { throw NATSError(.canceled, "the task was canceled") }
    }
}

/// The steps of draining one client, so that several clients can take each step together.
package final class DrainStages: Sendable {
    private let client: NATSClient
    private let sinks = Mutex<[any MessageSink]>([])
    private let ended = Waiter()
    private let consumed = Waiter()
    private let answered = Waiter()
    private let confirmed = Waiter()
    private let deadline: Scheduled<Void>

    /// Starts the timeout.
    package init(_ client: NATSClient, timeout: Duration) {
        self.client = client
        deadline = client.driver.eventLoop.scheduleTask(in: TimeAmount(timeout)) { [ended, consumed, answered, confirmed] in
            for waiter in [ended, consumed, answered, confirmed] {
                waiter.resolve(NATSError(.drainIncomplete, "draining timed out"))
            }
        }
    }

    /// Waits until the consumers have processed all messages, or until the timeout. Publishing continues meanwhile.
    package func drainSubscriptions() async {
        client.driver.eventLoop.execute { [self] in
            let sinks = client.driver.drainSubscriptions(ended: ended, consumed: consumed)
            self.sinks.withLock { $0 = sinks }
        }
        // Failures appear in the report.
        try? await ended.wait()
        try? await consumed.wait()
    }

    /// Waits until all requests are complete, or until the timeout. New requests are refused.
    package func drainRequests() async {
        client.requests.drain(then: answered)
        try? await answered.wait()
    }

    /// Waits until all published messages are confirmed, or until the timeout.
    package func drainPublishes() async {
        client.driver.eventLoop.execute { [driver = client.driver, confirmed] in
            driver.drainPublishes(confirmed: confirmed)
        }
        try? await confirmed.wait()
    }

    /// Closes clients that were drained together.
    /// - Returns: The incomplete work.
    package static func close(_ stages: [DrainStages]) -> DrainReport {
        var report = DrainReport()
        // A subscription to a pattern has one queue that the sinks of several clients share. Count it once.
        var pending: [ObjectIdentifier: Int] = [:]
        for stage in stages {
            stage.deadline.cancel()
            let driver = stage.client.driver
            let backlog = driver.outbound.backlog
            report.unsentMessages += backlog.messages
            report.unsentBytes += backlog.bytes
            let (unconfirmed, untold) = driver.status.update { ($0.handedOver - $0.settled, $0.refusals.untold) }
            report.unconfirmed += unconfirmed
            if let untold {
                report.refused += untold.count
                report.refusal = report.refusal ?? untold.text
            }
            report.unanswered += stage.client.requests.counters.pending
            for sink in stage.sinks.withLock({ $0 }) {
                let waiting = sink.pending
                pending[waiting.queue] = waiting.messages
            }
        }
        report.undelivered = pending.values.reduce(0, +)
        for stage in stages { stage.client.close() }
        return report
    }
}
