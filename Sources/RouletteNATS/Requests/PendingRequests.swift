import NATSWire
import NIOCore

/// The requests of one connection that wait for replies. Assigns replies to requests and finds expired requests.
///
/// A value that answers each event with the receivers to notify, without sockets and clocks. A request is removed exactly once,
/// by its last reply, its timeout, its cancellation, or the loss of its connection, whichever happens first.
struct PendingRequests<Receiver> {
    /// A request that has ended.
    struct Ended {
        let receiver: Receiver
        let subject: Subject
        let terms: ReplyTerms
        /// The number of the message on the connection, counted from 1; nil before it is accepted.
        let sequence: UInt64?
    }

    private struct Entry {
        let receiver: Receiver
        let subject: Subject
        let terms: ReplyTerms
        /// When the request expires: at the end of its terms, or earlier because of a stall.
        var deadline: NIODeadline
        var sequence: UInt64?
        var replies = 0

        var ended: Ended { Ended(receiver: receiver, subject: subject, terms: terms, sequence: sequence) }
    }

    private var entries: [RequestToken: Entry] = [:]
    /// All messages of the connection up to this number were lost with a connection.
    private var lostUpTo: UInt64 = 0
    /// Replies that arrived when no request waited for them any more.
    private(set) var lateReplies: UInt64 = 0
    /// When ``expire(now:)`` has to be called next.
    private(set) var nextExpiry: NIODeadline?

    /// The number of waiting requests.
    var count: Int { entries.count }

    // MARK: Sending

    /// Adds a request that is about to be sent.
    ///
    /// - Parameter token: A random token.
    /// - Returns: Whether the request was added; false if another request has the same token.
    mutating func add(_ token: RequestToken, _ receiver: Receiver, to subject: Subject, terms: ReplyTerms) -> Bool {
        guard entries[token] == nil else { return false }
        entries[token] = Entry(receiver: receiver, subject: subject, terms: terms, deadline: terms.end)
        expireNoLater(than: terms.end)
        return true
    }

    /// Records that the connection accepted the request as its message number `sequence`.
    ///
    /// - Returns: The request, if the connection was lost with it before this call.
    mutating func accepted(_ token: RequestToken, as sequence: UInt64) -> Ended? {
        if sequence <= lostUpTo { return remove(token) }
        entries[token]?.sequence = sequence
        return nil
    }

    // MARK: Replies

    enum Reply {
        /// A reply after which more may follow.
        case more(Receiver)
        /// The last reply to the request.
        case last(Ended)
        /// No request waits for the reply.
        case late
    }

    /// Assigns a reply to its request.
    ///
    /// - Parameters:
    ///   - token: The token of the reply; nil if it has none of this inbox.
    ///   - isStatus: Whether it is a status in place of a reply, after which nothing follows.
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

    /// Ends one request. Returns nil if it has already ended.
    mutating func remove(_ token: RequestToken) -> Ended? {
        guard let entry = entries.removeValue(forKey: token) else { return nil }
        // Release the memory of a burst of requests.
        if entries.isEmpty, entries.capacity > 4096 { entries = [:] }
        return entry.ended
    }

    /// Ends the expired requests.
    mutating func expire(now: NIODeadline) -> [Ended] {
        let ended = removeAll { $0.deadline <= now }
        // This looks at all requests, so it runs less often if there are many: a request may end late by a microsecond for each
        // waiting request, but by a millisecond at least.
        let pause = TimeAmount.microseconds(Int64(max(1000, entries.count)))
        nextExpiry = entries.values.lazy.map(\.deadline).min().map { max($0, now + pause) }
        return ended
    }

    /// Ends the requests that were lost with the connection: those up to message number `handedOver`. Requests that were not
    /// written to the socket stay and are sent on the next connection.
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
