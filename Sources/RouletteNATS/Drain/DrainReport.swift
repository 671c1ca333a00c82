/// The work that was not complete when a client was drained and closed.
public struct DrainReport: Sendable, Hashable, CustomStringConvertible {
    /// Received messages that no consumer has begun to handle.
    public var undelivered = 0
    /// Messages that a consumer had begun to handle and not finished. Requests that arrived together count as one while any of
    /// them is handled outside of the consumer's loop.
    public var unfinished = 0
    /// The patterns of the subscriptions with such messages, or whose end was not received in time, in alphabetical order. At
    /// most 16.
    public var unfinishedSubscriptions: [String] = []
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

    /// The maximum number of named subscriptions.
    private static let namedSubscriptions = 16

    /// Creates a report without incomplete work.
    public init() {}

    /// Whether all work was completed.
    public var isComplete: Bool { self == DrainReport() }

    /// Adds two reports.
    public static func + (a: DrainReport, b: DrainReport) -> DrainReport {
        var sum = a
        sum.undelivered += b.undelivered
        sum.unfinished += b.unfinished
        sum.add(unfinishedSubscriptions: b.unfinishedSubscriptions)
        sum.unsentMessages += b.unsentMessages
        sum.unsentBytes += b.unsentBytes
        sum.unconfirmed += b.unconfirmed
        sum.unanswered += b.unanswered
        sum.refused += b.refused
        sum.refusal = a.refusal ?? b.refusal
        return sum
    }

    /// Adds what a consumer has not finished.
    mutating func add(_ backlog: ConsumerBacklog) {
        undelivered += backlog.waiting
        unfinished += backlog.inHand
        if backlog.waiting > 0 || !backlog.isDone { add(unfinishedSubscriptions: [backlog.pattern]) }
    }

    private mutating func add(unfinishedSubscriptions names: [String]) {
        unfinishedSubscriptions = Set(unfinishedSubscriptions + names).sorted().prefix(Self.namedSubscriptions).map(\.self)
    }

    /// A description of the incomplete work, in one line.
    public var description: String { summary }

    /// A description of the incomplete work.
    package var summary: String {
        var parts: [String] = []
        if undelivered > 0 { parts.append("\(undelivered) received messages were not taken by their consumers") }
        if unfinished > 0 { parts.append("\(unfinished) messages were still being handled") }
        if !unfinishedSubscriptions.isEmpty {
            parts.append("these subscriptions did not finish: \(unfinishedSubscriptions.joined(separator: ", "))")
        }
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
