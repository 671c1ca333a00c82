package import NIOCore

/// How long a request waits for replies, and for how many.
package struct ReplyTerms: Sendable {
    /// The limit for all replies, as given by the caller.
    let timeout: Duration
    /// The end of the timeout.
    let end: NIODeadline
    /// The number of replies after which the request is complete; nil for any number.
    let max: Int?
    /// The longest time between two replies.
    let stall: Duration?

    /// Returns the terms for one reply. The timeout starts at `start`.
    package static func one(timeout: Duration, from start: NIODeadline) -> ReplyTerms {
        ReplyTerms(timeout: timeout, end: start + TimeAmount(Swift.max(timeout, .zero)), max: 1, stall: nil)
    }

    /// Returns the terms of ADR-47 ("Request Many"). A stall that is not above zero or not below the timeout is ignored, and so
    /// is a number of replies below one.
    package static func many(timeout: Duration, max: Int?, stall: Duration?, from start: NIODeadline) -> ReplyTerms {
        ReplyTerms(
            timeout: timeout,
            end: start + TimeAmount(Swift.max(timeout, .zero)),
            max: max.flatMap { $0 < 1 ? nil : $0 },
            stall: stall.flatMap { $0 <= .zero || $0 >= timeout ? nil : $0 }
        )
    }

    /// Returns the remaining time, at least zero.
    package func remaining(at now: NIODeadline) -> Duration { Swift.max(.zero, Duration(end - now)) }
}
