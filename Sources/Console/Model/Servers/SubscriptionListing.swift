import NATSMonitoring

/// The subscriptions of a server.
struct SubscriptionListing: Sendable {
    let cluster: Int
    /// The id of the server; nil if none answered.
    var server: String?
    /// The listed subscriptions, at most ``ServerMonitoring/listingLimit``.
    var entries: [SubscriptionList.Entry] = []
    /// The total number of subscriptions.
    var total = 0
    /// The parts of the answer that are not in ``entries``.
    var gaps = ListGaps()
    /// The names of the listed connections, by number.
    var names: [UInt64: String] = [:]
    /// The reason why there is no newer list.
    var failure: String?

    /// Whether the list is incomplete. A server counts some subscriptions that it never lists, so a list is incomplete only if it
    /// reached the limit or could not be read completely.
    var isPart: Bool {
        entries.count + gaps.unreadable >= ServerMonitoring.listingLimit && entries.count < total || !gaps.isEmpty
    }
}
