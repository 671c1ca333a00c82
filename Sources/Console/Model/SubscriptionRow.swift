import TerminalUI

/// A subscription of the console.
struct SubscriptionRow: Sendable, Hashable, Identifiable {
    enum State: Sendable, Hashable {
        /// Asked for, and not made yet on every cluster that it is for.
        case pending
        /// Made on all of them.
        case active
        /// Ended by itself, and why.
        case failed(SafeText)
    }

    /// Given by the console: ascending.
    let id: Int
    let request: SubscriptionRequest
    var state = State.pending
    /// Messages the library dropped because the console was too slow.
    var dropped: UInt64 = 0
}

/// What to subscribe to.
struct SubscriptionRequest: Sendable, Hashable {
    /// Why it is made.
    enum Purpose: Sendable, Hashable {
        /// The operator subscribed.
        case subscribe
        /// To see what others send: on every cluster, with exact counts.
        case watch
    }

    let pattern: String
    var queueGroup: String?
    var purpose = Purpose.subscribe
}
