import TerminalUI

/// A subscription of the console.
struct SubscriptionRow: Sendable, Hashable, Identifiable {
    enum State: Sendable, Hashable {
        /// Not active yet on all its clusters.
        case pending
        /// Active on all its clusters.
        case active
        /// Ended by the library, with the reason.
        case failed(SafeText)
    }

    /// A number assigned by the console, ascending.
    let id: Int
    let request: SubscriptionRequest
    var state = State.pending
    /// The messages that the library dropped because the console was too slow.
    var dropped: UInt64 = 0
}

/// A subscription to make.
struct SubscriptionRequest: Sendable, Hashable {
    /// The purpose of a subscription.
    enum Purpose: Sendable, Hashable {
        /// A subscription of the operator.
        case subscribe
        /// A watch, which receives the messages of others from every cluster and counts them exactly.
        case watch
    }

    let pattern: String
    var queueGroup: String?
    var purpose = Purpose.subscribe
}

/// The progress of a subscription.
enum SubscriptionProgress: Sendable, Hashable {
    /// It waits for these clusters, by position on the ring, because they are not up.
    case waiting([Int])
    /// It is active on all its clusters.
    case active
    /// The library ended it. The reason can contain text of a peer; nil if the subscription is complete.
    case ended(String?)
    /// The number of messages that it has dropped so far.
    case dropped(UInt64)
}
