package import NIOCore

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

    /// One reply. The timeout runs from `start`.
    package static func one(timeout: Duration, from start: NIODeadline) -> ReplyTerms {
        ReplyTerms(timeout: timeout, end: start + TimeAmount(timeout), max: 1, stall: nil)
    }

    /// The terms of ADR-47 ("Request Many"): a stall that is not longer than zero or not shorter than the timeout is as
    /// good as none, and so is a number of replies below one.
    package static func many(timeout: Duration, max: Int?, stall: Duration?, from start: NIODeadline) -> ReplyTerms {
        ReplyTerms(
            timeout: timeout,
            end: start + TimeAmount(timeout),
            max: max.flatMap { $0 < 1 ? nil : $0 },
            stall: stall.flatMap { $0 <= .zero || $0 >= timeout ? nil : $0 }
        )
    }

    /// The time that is left at a moment, not less than zero.
    package func remaining(at now: NIODeadline) -> Duration { Swift.max(.zero, Duration(end - now)) }
}
