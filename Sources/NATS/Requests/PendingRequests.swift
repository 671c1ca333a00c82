import NATSWire
import NIOCore

/// The requests of one connection that wait for replies: whose a reply is, and who has waited in vain.
///
/// A value that answers each event with whom to tell; it knows no socket, no clock, and nothing about who waits. A request
/// leaves it with its last reply, its timeout, its cancellation or its connection, whichever comes first, and only once.
struct PendingRequests<Receiver> {
    /// A request that is over.
    struct Ended {
        let receiver: Receiver
        let subject: Subject
        let terms: ReplyTerms
        /// Which message of the connection it was, counted from 1; nil while it was not accepted yet.
        let sequence: UInt64?
    }

    private struct Entry {
        let receiver: Receiver
        let subject: Subject
        let terms: ReplyTerms
        /// When it has waited long enough: the end of its terms, or earlier because of a stall.
        var deadline: NIODeadline
        var sequence: UInt64?
        var replies = 0

        var ended: Ended { Ended(receiver: receiver, subject: subject, terms: terms, sequence: sequence) }
    }

    private var entries: [RequestToken: Entry] = [:]
    /// Everything up to this message of the connection went down with a lost connection.
    private var lostUpTo: UInt64 = 0
    /// Replies that came when nobody waited for them any more.
    private(set) var lateReplies: UInt64 = 0
    /// When ``expire(now:)`` has to be called next.
    private(set) var nextExpiry: NIODeadline?

    /// How many wait.
    var count: Int { entries.count }

    // MARK: Sending

    /// A request is about to be sent.
    ///
    /// - Parameter token: a random one.
    /// - Returns: whether it was added; not when another request has that token.
    mutating func add(_ token: RequestToken, _ receiver: Receiver, to subject: Subject, terms: ReplyTerms) -> Bool {
        guard entries[token] == nil else { return false }
        entries[token] = Entry(receiver: receiver, subject: subject, terms: terms, deadline: terms.end)
        expireNoLater(than: terms.end)
        return true
    }

    /// The connection took the request as its message number `sequence`.
    ///
    /// - Returns: the request, if the connection was lost with it before this could be told.
    mutating func accepted(_ token: RequestToken, as sequence: UInt64) -> Ended? {
        if sequence <= lostUpTo { return remove(token) }
        entries[token]?.sequence = sequence
        return nil
    }

    // MARK: Replies

    enum Reply {
        /// More may follow.
        case more(Receiver)
        /// The request is over with it.
        case last(Ended)
        /// Nobody waits for it.
        case late
    }

    /// A reply came.
    ///
    /// - Parameters:
    ///   - token: whose; nil if it carries none of ours.
    ///   - isStatus: whether it is a status in place of a reply, behind which nothing follows.
    mutating func reply(to token: RequestToken?, isStatus: Bool, now: NIODeadline) -> Reply {
        guard let token, var entry = entries[token] else {
            lateReplies &+= 1
            return .late
        }
        entry.replies += 1
        if isStatus || entry.terms.max.map({ entry.replies >= $0 }) ?? false {
            _ = remove(token)
            return .last(entry.ended)
        }
        if let stall = entry.terms.stall {
            entry.deadline = min(entry.terms.end, now + TimeAmount(stall))
            expireNoLater(than: entry.deadline)
        }
        entries[token] = entry
        return .more(entry.receiver)
    }

    // MARK: Endings

    /// Ends one request; nil when it is over already.
    mutating func remove(_ token: RequestToken) -> Ended? {
        guard let entry = entries.removeValue(forKey: token) else { return nil }
        // A burst of requests does not keep its memory.
        if entries.isEmpty, entries.capacity > 4096 { entries = [:] }
        return entry.ended
    }

    /// Ends the requests that have waited long enough.
    mutating func expire(now: NIODeadline) -> [Ended] {
        let ended = removeAll { $0.deadline <= now }
        // All of them are looked at, so many are looked at less often: a request may end late by a microsecond for each
        // that waits, but at least a millisecond.
        let pause = TimeAmount.microseconds(Int64(max(1000, entries.count)))
        nextExpiry = entries.values.lazy.map(\.deadline).min().map { max($0, now + pause) }
        return ended
    }

    /// The connection is lost, and with it everything up to its message number `handedOver`. Requests that never reached
    /// the socket stay: they are sent on the next connection.
    mutating func disconnected(handedOver: UInt64) -> [Ended] {
        lostUpTo = max(lostUpTo, handedOver)
        return removeAll { entry in entry.sequence.map { $0 <= handedOver } ?? false }
    }

    /// Ends the requests to a subject.
    mutating func remove(to subject: Subject) -> [Ended] {
        removeAll { $0.subject == subject }
    }

    /// Ends all requests.
    mutating func removeAll() -> [Ended] {
        nextExpiry = nil
        return removeAll { _ in true }
    }

    private mutating func removeAll(where isOver: (Entry) -> Bool) -> [Ended] {
        let tokens = entries.compactMap { isOver($0.value) ? $0.key : nil }
        return tokens.compactMap { remove($0) }
    }

    private mutating func expireNoLater(than deadline: NIODeadline) {
        nextExpiry = nextExpiry.map { min($0, deadline) } ?? deadline
    }
}

extension PendingRequests.Ended: Sendable where Receiver: Sendable {}
extension PendingRequests.Reply: Sendable where Receiver: Sendable {}
