import NATSMonitoring

/// The answers of the monitoring endpoints, and the time of the next request to each server. Only data that the open view shows
/// is requested, and each server has at most one request of a kind at a time.
struct ServerMonitoring: Sendable {
    /// The time between two requests to a server.
    static let interval: Duration = .seconds(2)
    /// The time between two requests for the subscriptions of a server.
    static let listingInterval: Duration = .seconds(5)
    /// The time between two requests that need several pages.
    static let longInterval: Duration = .seconds(10)
    /// The maximum number of connections to request if the server sorts them as the console does.
    static let limit = 1_000
    /// The maximum number of connections to request if the console filters or sorts them itself, so that it needs all of them.
    static let fullLimit = 10_000
    /// The maximum number of subscriptions to request.
    static let listingLimit = 5_000

    /// The servers, by position on the ring.
    private(set) var rows: [ServerRow]
    /// The subscriptions that the servers list, by position on the ring.
    private(set) var listings: [Int: SubscriptionListing] = [:]
    private var questions: [Int: Question] = [:]
    private var listingQuestions: [Int: Question] = [:]

    private struct Question {
        var isOpen = true
        var askedAt: Duration
        var query: ConnectionQuery?
    }

    /// - Parameter monitors: The monitoring URL of each cluster, in ring order; nil for a cluster without one.
    init(monitors: [String?]) {
        rows = monitors.enumerated().map { ServerRow(id: $0, monitor: $1) }
    }

    var hasMonitors: Bool { rows.contains { $0.monitor != nil } }

    // MARK: Asking

    /// The data that the open view needs.
    enum Wish: Sendable, Hashable {
        /// The status of the servers, and the connections of one of them.
        case servers(connectionsOf: Int?, ConnectionQuery)
        /// The subscriptions of all servers.
        case subscriptions
    }

    /// Returns the requests that are due.
    mutating func due(_ wish: Wish, at now: Duration) -> [Effect] {
        rows.filter { $0.monitor != nil }.compactMap { row in
            switch wish {
            case .servers(let selected, let query):
                let query = row.id == selected ? query : nil
                let isMany = (row.connections?.total ?? 0) > Self.limit
                let isNewQuery = isNew(query, after: questions[row.id]?.query, isMany: isMany)
                let isLong = (query?.limit ?? 0) > Self.limit && isMany
                let interval = isNewQuery ? .zero : isLong ? Self.longInterval : Self.interval
                guard isDue(questions[row.id], after: interval, at: now) else { return nil }
                questions[row.id] = Question(askedAt: now, query: query)
                return .background(.askServer(row.id, connections: query))
            case .subscriptions:
                let isLong = (listings[row.id]?.entries.count ?? 0) > Self.limit
                let interval = isLong ? Self.longInterval : Self.listingInterval
                guard isDue(listingQuestions[row.id], after: interval, at: now) else { return nil }
                listingQuestions[row.id] = Question(askedAt: now)
                return .background(.askSubscriptions(row.id))
            }
        }
    }

    /// Returns whether a query for connections needs a new request.
    private func isNew(_ query: ConnectionQuery?, after old: ConnectionQuery?, isMany: Bool) -> Bool {
        guard let query else { return false }
        guard let old, query.state == old.state, query.sort == old.sort else { return true }
        return isMany && query.limit != old.limit
    }

    private func isDue(_ question: Question?, after interval: Duration, at now: Duration) -> Bool {
        guard let question else { return true }
        return !question.isOpen && now - question.askedAt >= interval
    }

    // MARK: Answers

    mutating func record(_ answer: ServerAnswer) {
        questions[answer.cluster]?.isOpen = false
        guard rows.indices.contains(answer.cluster) else { return }
        rows[answer.cluster].record(answer)
    }

    mutating func record(_ listing: SubscriptionListing) {
        listingQuestions[listing.cluster]?.isOpen = false
        if listing.failure != nil, var old = listings[listing.cluster] {
            old.failure = listing.failure
            listings[listing.cluster] = old
        } else {
            listings[listing.cluster] = listing
        }
    }
}

/// The answer of one server to one set of requests.
struct ServerAnswer: Sendable {
    /// A part of the answer with the time of its arrival.
    struct Part<Value: Sendable>: Sendable {
        let at: Duration
        let result: Result<Value, MonitorError>
    }

    let cluster: Int
    let status: Part<ServerStatus>
    /// The health; nil if the status is missing.
    let health: Part<ServerHealth>?
    /// The connections; nil if they were not requested or the status is missing.
    let connections: (query: ConnectionQuery, part: Part<ConnectionList>)?
}

/// The subscriptions of a server.
struct SubscriptionListing: Sendable {
    let cluster: Int
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
