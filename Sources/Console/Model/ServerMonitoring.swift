import NATSMonitoring

/// The answers of the monitoring endpoints, and when each server is to be asked again. Only what the open view shows is
/// asked for, and no server is asked twice at once.
struct ServerMonitoring: Sendable {
    /// The time between two questions to a server.
    static let interval: Duration = .seconds(2)
    /// The time between two questions for its list of subscriptions.
    static let listingInterval: Duration = .seconds(5)
    /// The time between two questions that take several answers.
    static let longInterval: Duration = .seconds(10)
    /// The most connections of a server that are asked for where the server's order puts those to see first.
    static let limit = 1_000
    /// The most that are asked for where any of them can be the one to see, because the console filters or sorts them itself.
    static let fullLimit = 10_000
    /// The most subscriptions of a server that are asked for.
    static let listingLimit = 5_000

    /// By position on the ring.
    private(set) var rows: [ServerRow]
    /// What the servers list as subscribed to, by position on the ring.
    private(set) var listings: [Int: SubscriptionListing] = [:]
    private var questions: [Int: Question] = [:]
    private var listingQuestions: [Int: Question] = [:]

    private struct Question {
        var isOpen = true
        var askedAt: Duration
        var query: ConnectionQuery?
    }

    /// - Parameter monitors: The monitoring URL of each cluster, in ring order; nil for those without.
    init(monitors: [String?]) {
        rows = monitors.enumerated().map { ServerRow(id: $0, monitor: $1) }
    }

    var hasMonitors: Bool { rows.contains { $0.monitor != nil } }

    // MARK: Asking

    /// What the open view wants to know.
    enum Wish: Sendable, Hashable {
        /// The status of the servers, and the connections of one of them.
        case servers(connectionsOf: Int?, ConnectionQuery)
        /// What they list as subscribed to.
        case subscriptions
    }

    /// The questions that are due now.
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

    /// Whether a question for connections is another one, with another answer.
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

/// What one server answered to all that it was asked at once.
struct ServerAnswer: Sendable {
    /// A part of the answer, and when it came.
    struct Part<Value: Sendable>: Sendable {
        let at: Duration
        let result: Result<Value, MonitorError>
    }

    let cluster: Int
    let status: Part<ServerStatus>
    /// Nil where the status did not come either.
    let health: Part<ServerHealth>?
    /// Nil if they were not asked for, or the status did not come.
    let connections: (query: ConnectionQuery, part: Part<ConnectionList>)?
}

/// What a server lists as subscribed to.
struct SubscriptionListing: Sendable {
    let cluster: Int
    /// Those listed, at most ``ServerMonitoring/listingLimit``.
    var entries: [SubscriptionList.Entry] = []
    /// How many there are.
    var total = 0
    /// What of the answer is not among ``entries``.
    var gaps = ListGaps()
    /// The names that connections gave themselves, by their number, of those that were listed.
    var names: [UInt64: String] = [:]
    /// Why there is no newer list, in plain words.
    var failure: String?

    /// Whether some of the subscriptions are not known here. A server counts a few that it never lists, so that only a list
    /// that reached the limit, or that was not read whole, counts as a part.
    var isPart: Bool {
        entries.count + gaps.unreadable >= ServerMonitoring.listingLimit && entries.count < total || !gaps.isEmpty
    }
}
