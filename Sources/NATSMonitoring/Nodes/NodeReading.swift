/// The last answers of one server. All texts come from the server and are untrusted.
package struct NodeReading: Sendable, Identifiable {
    /// The number of consecutive rounds without an answer after which a server counts as silent.
    static let silence = 2

    /// The id of the server process, new on each start.
    package var id: String { status.id }
    /// The last general state.
    package private(set) var status: ServerStatus
    /// When ``status`` arrived.
    package private(set) var statusAt: Duration = .zero
    /// The rates between the last two answers, including the messages between the servers of the cluster; nil without two
    /// answers, or if a counter decreased.
    package private(set) var rates: ServerRates?
    /// The rates of the routes between the last two answers, or nil.
    private var routeRates: ServerRates?
    /// The routes at the last answer that listed them.
    package private(set) var routes: RouteList?
    private var routesAt: Duration = .zero
    /// The problem that the server reports.
    package private(set) var complaint: String?
    /// Why the health is not known.
    package private(set) var healthFailure: String?
    /// Where the last answer came from, or was expected from.
    package private(set) var source = NodeSource.systemAccount
    /// The number of consecutive rounds of ``source`` without an answer of this server.
    package private(set) var missedRounds = 0
    private var answers = 0

    init(_ status: ServerStatus) {
        self.status = status
    }

    /// The configured name, or the id.
    package var name: String { status.name }

    /// Whether the server has stopped answering.
    package var isSilent: Bool { missedRounds >= Self.silence }

    /// Whether the last answer had routes, so that ``routes`` are current.
    package var hasCurrentRoutes: Bool { routes != nil && routesAt >= statusAt - .seconds(5) && !isSilent }

    /// The rates of the clients: messages that the server received from clients and sent to clients, without those that
    /// servers of the cluster exchange.
    ///
    /// nil if they are not known: before the second answer, after a restart, if a counter decreased, or while a route ended.
    package var clientRates: ServerRates? {
        guard !isSilent, let rates else { return nil }
        guard includesRoutes else { return routeRates.map { rates - $0 } }
        return rates
    }

    /// Whether ``clientRates`` include the messages between servers, because the routes could not be read.
    package var includesRoutes: Bool { !hasCurrentRoutes }

    /// Records that the server was asked and did not answer.
    mutating func miss(_ source: NodeSource) {
        missedRounds = source == self.source ? missedRounds + 1 : 1
        self.source = source
    }

    mutating func record(_ answer: NodeAnswer, from source: NodeSource) {
        (self.source, missedRounds) = (source, 0)
        recordHealth(answer)
        let since = answer.statusAt - statusAt
        if answers > 0 {
            // A balanced URL may lead to the same server twice in a row. A few milliseconds give no rate.
            if since > .zero, since < NodeReadings.shortestInterval { return }
            rates = Self.rates(
                from: (status.traffic, status.time, statusAt, status.hasTraffic),
                to: (answer.status.traffic, answer.status.time, answer.statusAt, answer.status.hasTraffic)
            )
        }
        answers += 1
        (status, statusAt) = (answer.status, answer.statusAt)
        recordRoutes(answer)
    }

    private mutating func recordHealth(_ answer: NodeAnswer) {
        (complaint, healthFailure) = (nil, nil)
        switch answer.health {
        case .success(let health)?: complaint = health.isWell ? nil : health.error ?? health.status
        case .failure(let error)?: healthFailure = error.message
        case nil: break
        }
    }

    private mutating func recordRoutes(_ answer: NodeAnswer) {
        routeRates = nil
        guard let list = answer.routes, list.serverID == status.id else { return }
        if let routes {
            let earlier = Dictionary(routes.routes.map { ($0.id, $0.traffic) }, uniquingKeysWith: { $1 })
            let later = Dictionary(list.routes.map { ($0.id, $0.traffic) }, uniquingKeysWith: { $1 })
            // What a route did before it ended, or beyond a list that is incomplete, is not known.
            if earlier.keys.allSatisfy({ later[$0] != nil }), routes.gaps.isEmpty, list.gaps.isEmpty {
                let change = later.map { id, traffic in traffic.since(earlier[id] ?? ServerTraffic()) }
                if let total = change.reduce(ServerTraffic?.some(ServerTraffic()), { $0?.adding($1) }) {
                    routeRates = Self.rates(
                        from: (ServerTraffic(), routes.time, routesAt, true),
                        to: (total, list.time, answer.routesAt, true)
                    )
                }
            }
        }
        (routes, routesAt) = (list, answer.routesAt)
    }

    private typealias Counters = (traffic: ServerTraffic, time: ServerTimestamp?, at: Duration, isReadable: Bool)

    private static func rates(from earlier: Counters, to later: Counters) -> ServerRates? {
        guard earlier.isReadable, later.isReadable, later.at - earlier.at <= NodeReadings.longestInterval else { return nil }
        let elapsed = ServerRates.elapsed(from: (earlier.time, earlier.at), to: (later.time, later.at))
        return ServerRates(from: earlier.traffic, to: later.traffic, elapsed: elapsed)
    }
}

extension ServerTraffic {
    private static var counters: [WritableKeyPath<ServerTraffic, UInt64>] {
        [\.messagesIn, \.messagesOut, \.bytesIn, \.bytesOut]
    }

    /// Returns the increase since earlier counters; nil if a counter decreased.
    fileprivate func since(_ earlier: ServerTraffic) -> ServerTraffic? {
        var change = ServerTraffic()
        for counter in Self.counters {
            guard self[keyPath: counter] >= earlier[keyPath: counter] else { return nil }
            change[keyPath: counter] = self[keyPath: counter] - earlier[keyPath: counter]
        }
        return change
    }

    /// Returns the sum; nil if one of the counters is not known.
    fileprivate func adding(_ other: ServerTraffic?) -> ServerTraffic? {
        guard let other else { return nil }
        var sum = self
        for counter in Self.counters { sum[keyPath: counter] &+= other[keyPath: counter] }
        return sum
    }
}
