import Locking
import NIOCore

/// What did not come to its end when a client was drained.
public struct DrainReport: Sendable, Hashable {
    /// Received messages that their consumers had not taken.
    public var undelivered = 0
    /// Accepted messages that never reached a socket.
    public var unsentMessages = 0
    /// Bytes of those, as frames.
    public var unsentBytes = 0
    /// At most this many messages that were sent are not confirmed.
    public var unconfirmed: UInt64 = 0
    /// Requests without a reply.
    public var unanswered = 0
    /// Messages that the server refused and no flush has told of.
    public var refused: UInt64 = 0
    /// What the server said of the first of them, escaped and cut.
    public var refusal: String?

    /// A report of nothing left behind.
    public init() {}

    /// Whether everything came to its end.
    public var isComplete: Bool { self == DrainReport() }

    /// The sums of two reports.
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

    /// What was left behind, in words.
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
        return parts.isEmpty ? "nothing was left behind" : parts.joined(separator: "; ")
    }
}

extension NATSClient {
    /// Brings everything to its end, then closes: subscriptions end behind the last message that the server has for them,
    /// their consumers take what is there and may still publish and request, requests get their replies, and what was
    /// published is confirmed.
    ///
    /// New subscriptions fail with ``NATSError/Code/draining`` at once, new requests and messages once all consumers are done. A consumer
    /// is done when its iteration has ended or its subscription was dropped.
    ///
    /// - Parameter timeout: for all of it. Then the client is closed all the same.
    /// - Throws: ``NATSError/Code/drainIncomplete`` that says what was left behind; ``NATSError/Code/canceled``. The client
    ///   is closed in either case.
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

    /// Time runs from here.
    package init(_ client: NATSClient, timeout: Duration) {
        self.client = client
        deadline = client.driver.eventLoop.scheduleTask(in: TimeAmount(timeout)) { [ended, consumed, answered, confirmed] in
            for waiter in [ended, consumed, answered, confirmed] {
                waiter.resolve(NATSError(.drainIncomplete, "the time for draining is over"))
            }
        }
    }

    /// Returns when the consumers have taken everything, or the time is up. Publishing goes on meanwhile.
    package func drainSubscriptions() async {
        client.driver.eventLoop.execute { [self] in
            let sinks = client.driver.drainSubscriptions(ended: ended, consumed: consumed)
            self.sinks.withLock { $0 = sinks }
        }
        // What failed shows in the report.
        try? await ended.wait()
        try? await consumed.wait()
    }

    /// Returns when all requests are over, or the time is up. New ones are refused.
    package func drainRequests() async {
        client.requests.drain(then: answered)
        try? await answered.wait()
    }

    /// Returns when everything published is confirmed, or the time is up.
    package func drainPublishes() async {
        client.driver.eventLoop.execute { [driver = client.driver, confirmed] in
            driver.drainPublishes(confirmed: confirmed)
        }
        try? await confirmed.wait()
    }

    /// Closes clients that were drained together.
    /// - Returns: what did not come to its end.
    package static func close(_ stages: [DrainStages]) -> DrainReport {
        var report = DrainReport()
        // A subscription to a pattern has one queue behind the sinks of several clients.
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
