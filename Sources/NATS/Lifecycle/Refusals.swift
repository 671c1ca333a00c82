import NATSWire

/// The messages that the server refused, until a flush has told of them.
///
/// A server takes every message without a word and says no with an `-ERR`, on the same connection and before the PONG that
/// confirms the rest. It mostly names the subject. What is kept for each subject is bounded, and so is their number: beyond
/// it refusals are kept as if the server had not said which subject it meant.
struct Refusals: Sendable {
    private struct Entry {
        /// Nil when it is not known.
        let subject: [UInt8]?
        let code: NATSError.Code
        /// What the server said, escaped and cut.
        let text: String
        let violation: PermissionViolation?
        var count: UInt64 = 1
        /// The number of the flush that told of it.
        var toldBy: UInt64?
    }

    /// How many subjects are kept.
    static let capacity = 32

    /// How many there were since the start.
    private(set) var total: UInt64 = 0
    private var entries: [Entry] = []
    private var flushesEnded: UInt64 = 0
    private var flushesUnderWay = 0

    /// How many subjects are stored.
    var stored: Int { entries.count }

    /// Whether no flush has told of one of them yet.
    var hasUntold: Bool { entries.contains { $0.toldBy == nil } }

    /// The server refused one message.
    /// - Parameters:
    ///   - subject: Where the message was published to; nil when the server did not say.
    ///   - reason: What the server said.
    ///   - violation: The same, read.
    mutating func record(_ reason: ServerError, subject: [UInt8]?, violation: PermissionViolation?) {
        total += 1
        let isKnown = merge(subject)
        if isKnown { return }
        let isFull = entries.count { $0.toldBy == nil && $0.subject != nil } >= Self.capacity
        guard subject != nil, isFull else {
            return append(Entry(subject: subject, code: reason.error.code, text: reason.text, violation: violation))
        }
        if !merge(nil) { append(Entry(subject: nil, code: reason.error.code, text: reason.text, violation: nil)) }
    }

    /// Counts one more of those that are known and untold.
    private mutating func merge(_ subject: [UInt8]?) -> Bool {
        guard let known = entries.firstIndex(where: { $0.toldBy == nil && $0.subject == subject }) else { return false }
        entries[known].count += 1
        return true
    }

    private mutating func append(_ entry: Entry) {
        // Those that were told are kept for flushes under way, one of which may never end.
        if entries.count > 2 * Self.capacity, let oldest = entries.firstIndex(where: { $0.toldBy != nil }) {
            entries.remove(at: oldest)
        }
        entries.append(entry)
    }

    // MARK: Flushes

    /// A flush begins.
    /// - Returns: What it passes on when it ends.
    mutating func beginFlush() -> UInt64 {
        flushesUnderWay += 1
        return flushesEnded
    }

    /// A flush ended without a confirmation, and tells of nothing.
    mutating func abandonFlush() {
        flushesUnderWay -= 1
        forgetTold()
    }

    /// A flush was confirmed.
    ///
    /// Each refusal is told by one flush, and by those that were under way at the same time: several tasks can share a
    /// connection, and none of them may take the refusal of its message away from another.
    ///
    /// - Parameters:
    ///   - start: What ``beginFlush()`` returned.
    ///   - subject: Only this subject matters, and what may concern it; nil for everything.
    /// - Returns: Why not everything is confirmed.
    mutating func endFlush(_ start: UInt64, of subject: Subject?) -> NATSError? {
        flushesUnderWay -= 1
        flushesEnded += 1
        let wanted = subject?.withBytes { Array($0) }
        var told: [Entry] = []
        for index in entries.indices {
            if let toldBy = entries[index].toldBy, toldBy <= start { continue }
            if let wanted, let refused = entries[index].subject, refused != wanted { continue }
            told.append(entries[index])
            entries[index].toldBy = entries[index].toldBy ?? flushesEnded
        }
        forgetTold()
        return Self.error(told)
    }

    /// What no flush has told of: the number of messages, and what the server said of the first.
    var untold: (count: UInt64, text: String)? {
        let untold = entries.filter { $0.toldBy == nil }
        guard let first = untold.first else { return nil }
        return (untold.reduce(0) { $0 + $1.count }, first.text)
    }

    private mutating func forgetTold() {
        if flushesUnderWay == 0 { entries.removeAll { $0.toldBy != nil } }
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
