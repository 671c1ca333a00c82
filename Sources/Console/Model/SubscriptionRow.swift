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

/// How far a subscription has come.
enum SubscriptionProgress: Sendable, Hashable {
    /// It is made, but not on these clusters, by position on the ring: they are not up.
    case waiting([Int])
    /// The servers of all its clusters have it.
    case active
    /// It ended by itself; the reason may hold text of a peer. Nil for a subscription that is complete.
    case ended(String?)
    /// It has dropped this many messages so far.
    case dropped(UInt64)
}
