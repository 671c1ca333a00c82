import NIOCore

/// How long a request waits for replies, and for how many.
package struct ReplyTerms: Sendable {
    /// For all of it, as the caller put it.
    let timeout: Duration
    /// When that is over.
    let end: NIODeadline
    /// Done after so many replies; nil for any number.
    let max: Int?
    /// The longest time between two replies, when there are several.
    let stall: Duration?

    /// One reply, and the timeout runs from `start`.
    static func one(timeout: Duration, from start: NIODeadline) -> ReplyTerms {
        ReplyTerms(timeout: timeout, end: start + TimeAmount(timeout), max: 1, stall: nil)
    }

    /// The terms of ADR-47 ("Request Many"): a stall that is not longer than zero or not shorter than the timeout is as
    /// good as none, and so is a number of replies below one.
    static func many(timeout: Duration, max: Int?, stall: Duration?, from start: NIODeadline) -> ReplyTerms {
        ReplyTerms(
            timeout: timeout,
            end: start + TimeAmount(timeout),
            max: max.flatMap { $0 < 1 ? nil : $0 },
            stall: stall.flatMap { $0 <= .zero || $0 >= timeout ? nil : $0 }
        )
    }

    /// One reply, and the timeout runs from now.
    package static func one(timeout: Duration) -> ReplyTerms { one(timeout: timeout, from: .now()) }

    /// Any number of replies, and the timeout runs from now.
    package static func many(timeout: Duration, max: Int?, stall: Duration?) -> ReplyTerms {
        many(timeout: timeout, max: max, stall: stall, from: .now())
    }

    /// The time that is left.
    package var remaining: Duration { Swift.max(.zero, Duration(end - .now())) }
}
