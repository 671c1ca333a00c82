import NATSWire

/// The messages that the server refused, until a flush has reported them.
///
/// A server does not acknowledge messages. It refuses one with an `-ERR`, on the same connection and before the PONG that
/// confirms the rest. The error usually names the subject. The number of subjects and what is stored for each of them are
/// bounded. Beyond the limit, refusals are stored as if the server had not named the subject.
struct Refusals: Sendable {
    private struct Entry {
        /// Nil if it is not known.
        let subject: [UInt8]?
        let code: NATSError.Code
        /// The server's text, escaped and truncated.
        let text: String
        let violation: PermissionViolation?
        var count: UInt64 = 1
        /// The number of the flush that reported it.
        var reportedBy: UInt64?
    }

    /// The maximum number of stored subjects.
    static let capacity = 32

    /// The number of refused messages since the start.
    private(set) var total: UInt64 = 0
    private var entries: [Entry] = []
    private var flushesEnded: UInt64 = 0
    private var flushesUnderWay = 0

    /// The number of stored subjects.
    var stored: Int { entries.count }

    /// Whether there are refusals that no flush has reported.
    var hasUnreported: Bool { entries.contains { $0.reportedBy == nil } }

    /// Records a refused message.
    /// - Parameters:
    ///   - subject: The subject of the message; nil if the server did not name it.
    ///   - reason: The server's error.
    ///   - violation: The parsed text of the error.
    mutating func record(_ reason: ServerError, subject: [UInt8]?, violation: PermissionViolation?) {
        total += 1
        let isKnown = merge(subject)
        if isKnown { return }
        let isFull = entries.count { $0.reportedBy == nil && $0.subject != nil } >= Self.capacity
        guard subject != nil, isFull else {
            return append(Entry(subject: subject, code: reason.error.code, text: reason.text, violation: violation))
        }
        if !merge(nil) { append(Entry(subject: nil, code: reason.error.code, text: reason.text, violation: nil)) }
    }

    /// Counts one more refusal of a subject that is stored and unreported.
    private mutating func merge(_ subject: [UInt8]?) -> Bool {
        guard let known = entries.firstIndex(where: { $0.reportedBy == nil && $0.subject == subject }) else { return false }
        entries[known].count += 1
        return true
    }

    private mutating func append(_ entry: Entry) {
        // Reported refusals are kept for flushes in progress, one of which may never end.
        if entries.count > 2 * Self.capacity, let oldest = entries.firstIndex(where: { $0.reportedBy != nil }) {
            entries.remove(at: oldest)
        }
        entries.append(entry)
    }

    // MARK: Flushes

    /// Begins a flush.
    /// - Returns: The value to pass to ``endFlush(_:of:)``.
    mutating func beginFlush() -> UInt64 {
        flushesUnderWay += 1
        return flushesEnded
    }

    /// Ends a flush without a confirmation, which reports nothing.
    mutating func abandonFlush() {
        flushesUnderWay -= 1
        forgetReported()
    }

    /// Ends a confirmed flush.
    ///
    /// Each refusal is reported by one flush, and by the flushes that were in progress at the same time: several tasks can share
    /// a connection, and each of them must learn of the refusal of its message.
    ///
    /// - Parameters:
    ///   - start: The value that ``beginFlush()`` returned.
    ///   - subject: Limits the report to this subject and to refusals that may concern it; nil for all.
    /// - Returns: The error to throw, or nil if all messages are confirmed.
    mutating func endFlush(_ start: UInt64, of subject: Subject?) -> NATSError? {
        flushesUnderWay -= 1
        flushesEnded += 1
        let wanted = subject?.withBytes { Array($0) }
        var reported: [Entry] = []
        for index in entries.indices {
            if let reportedBy = entries[index].reportedBy, reportedBy <= start { continue }
            if let wanted, let refused = entries[index].subject, refused != wanted { continue }
            reported.append(entries[index])
            entries[index].reportedBy = entries[index].reportedBy ?? flushesEnded
        }
        forgetReported()
        return Self.error(reported)
    }

    /// The number of refused messages that no flush has reported, and the server's text for the first of them.
    var unreported: (count: UInt64, text: String)? {
        let unreported = entries.filter { $0.reportedBy == nil }
        guard let first = unreported.first else { return nil }
        return (unreported.reduce(0) { $0 + $1.count }, first.text)
    }

    private mutating func forgetReported() {
        if flushesUnderWay == 0 { entries.removeAll { $0.reportedBy != nil } }
    }

    private static func error(_ entries: [Entry]) -> NATSError? {
        guard let first = entries.first else { return nil }
        let count = entries.reduce(0) { $0 + $1.count }
        var message = "the server refused \(count == 1 ? "a message" : "\(count) messages"): \(first.text)"
        if entries.count > 1 { message += ", and \(entries.count - 1) more subjects" }
        if first.code == .permission { message += "; allow this user to publish there, or use another subject" }
        return NATSError(first.code, message, cause: first.violation)
    }
}
