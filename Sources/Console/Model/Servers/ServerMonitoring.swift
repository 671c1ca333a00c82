import NATSMonitoring

/// What the servers say about themselves, and the time of the next question to each cluster.
///
/// While no view shows the servers, they are asked less often, for problems that the connections do not show: servers that do
/// not answer, and missing routes. Other data is requested only if the open view shows it. Each cluster has at most one question
/// of a kind at a time.
struct ServerMonitoring: Sendable {
    /// The shortest time between two questions to a cluster.
    static let interval: Duration = .seconds(2)
    /// The time between two questions for each cluster, so that many clusters are asked less often.
    static let intervalPerCluster: Duration = .milliseconds(100)
    /// The shortest time between two questions to a cluster while no view shows its servers.
    static let backgroundInterval: Duration = .seconds(5)
    /// The same for each cluster.
    static let backgroundIntervalPerCluster: Duration = .milliseconds(250)
    /// The time between two requests for the subscriptions of a cluster.
    static let listingInterval: Duration = .seconds(5)
    /// The time between two requests that need several pages.
    static let longInterval: Duration = .seconds(10)
    /// The maximum number of connections to request if the server sorts them as the console does.
    static let limit = 1_000
    /// The maximum number of connections to request if the console filters or sorts them itself, so that it needs all of them.
    static let fullLimit = 10_000
    /// The maximum number of subscriptions to request.
    static let listingLimit = 5_000

    /// The clusters, by position on the ring.
    private(set) var clusters: [ClusterMonitoring]
    /// The subscriptions that the servers list, by position on the ring.
    private(set) var listings: [Int: SubscriptionListing] = [:]

    /// - Parameter sources: The sources of each cluster, in ring order.
    init(sources: [MonitoringSources]) {
        clusters = sources.enumerated().map { ClusterMonitoring(id: $0, sources: $1) }
    }

    /// The servers that have answered, and one row for each cluster without an answer.
    var rows: [ServerRow] { clusters.flatMap(\.rows) }

    /// Whether any cluster has a source.
    var hasSources: Bool { clusters.contains { !$0.sources.isEmpty } }

    /// Takes in the servers that are up, as the INFO of the console's connections says.
    mutating func update(_ rows: [ClusterRow]) {
        for row in rows where clusters.indices.contains(row.id) {
            let servers = row.nodes.all.filter { $0.state == .present }.compactMap(\.server)
            let answering = row.connections.filter { $0.isUp && $0.pingMisses == 0 }.compactMap { $0.server?.id }
            clusters[row.id].update(
                Dictionary(servers.map { ($0.id, $0.name) }, uniquingKeysWith: { $1 }),
                connected: Set(answering),
                announced: row.nodes.announced
            )
        }
    }

    /// The number of connections of all servers; nil before a server of each cluster has answered.
    var connectionCount: Int? {
        guard clusters.allSatisfy({ !$0.reading.nodes.isEmpty }) else { return nil }
        return clusters.reduce(0) { sum, cluster in
            sum + cluster.reading.nodes.reduce(0) { $0 + Int(clamping: $1.status.connections) }
        }
    }

    // MARK: Asking

    /// The data that the open view needs.
    enum Wish: Sendable, Hashable {
        /// The status of the servers, and the connections of one of them.
        case servers(connectionsOf: ServerRow.ID?, ConnectionQuery)
        /// The subscriptions of all servers.
        case subscriptions
    }

    /// Returns the requests that are due.
    mutating func due(_ wish: Wish, at now: Duration) -> [Effect] {
        clusters.indices.filter { !clusters[$0].sources.isEmpty }.compactMap { index in
            switch wish {
            case .servers(let selected, let query): askServers(index, selected, query, at: now)
            case .subscriptions: askSubscriptions(index, at: now)
            }
        }
    }

    /// Returns the questions that are due while no view shows the servers. A problem is confirmed soon.
    mutating func dueInBackground(at now: Duration) -> [Effect] {
        let usual = max(Self.backgroundInterval, Self.backgroundIntervalPerCluster * clusters.count)
        return clusters.indices.filter { !clusters[$0].sources.isEmpty }.compactMap { index in
            let interval = clusters[index].isInDoubt ? Self.interval : usual
            guard isDue(clusters[index].question, after: interval, at: now) else { return nil }
            clusters[index].forgetConnections()
            clusters[index].question = .init(askedAt: now)
            return .background(.askServers(index, clusters[index].makeQuestion(nil, at: now)))
        }
    }

    private mutating func askServers(
        _ index: Int,
        _ selected: ServerRow.ID?,
        _ query: ConnectionQuery,
        at now: Duration
    ) -> Effect? {
        // Only one list of connections is kept.
        if selected?.cluster != index { clusters[index].forgetConnections() }
        let cluster = clusters[index]
        var wanted: ClusterMonitor.Question.Connections?
        if let selected, selected.cluster == index { wanted = .init(of: selected.server, query) }
        let isMany = (cluster.connections?.total ?? 0) > Self.limit
        let isNewQuery = isNew(wanted, after: cluster.question?.connections, isMany: isMany)
        let isLong = (wanted?.query.limit ?? 0) > Self.limit && isMany
        let usual = max(Self.interval, Self.intervalPerCluster * clusters.count)
        let interval = isNewQuery ? .zero : isLong ? max(Self.longInterval, usual) : usual
        guard isDue(cluster.question, after: interval, at: now) else { return nil }
        clusters[index].question = .init(askedAt: now, connections: wanted)
        return .background(.askServers(index, cluster.makeQuestion(wanted, at: now)))
    }

    private mutating func askSubscriptions(_ index: Int, at now: Duration) -> Effect? {
        let isLong = (listings[index]?.entries.count ?? 0) > Self.limit
        let interval = isLong ? Self.longInterval : Self.listingInterval
        guard isDue(clusters[index].listingQuestion, after: interval, at: now) else { return nil }
        clusters[index].listingQuestion = .init(askedAt: now)
        return .background(.askSubscriptions(index, of: listings[index]?.server))
    }

    /// Returns whether a request for connections cannot wait.
    private func isNew(
        _ wanted: ClusterMonitor.Question.Connections?,
        after old: ClusterMonitor.Question.Connections?,
        isMany: Bool
    ) -> Bool {
        guard let wanted else { return false }
        // The id of a server is known after its first answer.
        let isOther = wanted.node != old?.node && (old == nil || old?.node != nil)
        guard let old, !isOther, wanted.query.state == old.query.state, wanted.query.sort == old.query.sort else { return true }
        return isMany && wanted.query.limit != old.query.limit
    }

    private func isDue(_ question: ClusterMonitoring.Question?, after interval: Duration, at now: Duration) -> Bool {
        guard let question else { return true }
        return !question.isOpen && now - question.askedAt >= interval
    }

    // MARK: Answers

    /// Records the answers of the servers of a cluster.
    /// - Returns: What is worth an event.
    @discardableResult
    mutating func record(_ answers: ServerAnswers, at now: Duration) -> [EventRow] {
        guard clusters.indices.contains(answers.cluster) else { return [] }
        clusters[answers.cluster].question?.isOpen = false
        return clusters[answers.cluster].record(answers, at: now)
    }

    mutating func record(_ listing: SubscriptionListing) {
        guard clusters.indices.contains(listing.cluster) else { return }
        clusters[listing.cluster].listingQuestion?.isOpen = false
        if listing.failure != nil, var old = listings[listing.cluster] {
            old.failure = listing.failure
            listings[listing.cluster] = old
        } else {
            listings[listing.cluster] = listing
        }
    }
}
