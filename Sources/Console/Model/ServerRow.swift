import NATSMonitoring

/// What the console shows of the server that a monitoring URL belongs to.
struct ServerRow: Sendable, Identifiable {
    /// The health of the server.
    enum State: Sendable, Hashable, CaseIterable {
        /// There is no monitoring URL.
        case unknown
        /// Nothing was answered yet.
        case asking
        case healthy
        /// It answers, but its health could not be read.
        case unchecked
        /// It reports that something is wrong.
        case unhealthy
        case unreachable
    }

    /// The cluster's position on the ring.
    let id: Int
    /// The monitoring URL.
    let monitor: String?
    /// The last figures that came.
    private(set) var status: ServerStatus?
    /// When they came.
    private(set) var statusAt: Duration = .zero
    /// Between the last two figures, over the time that really passed; nil before there are two, and after a restart.
    private(set) var rates: ServerRates?
    /// What it reports to be wrong; text of the peer.
    private(set) var complaint: String?
    /// Why its health could not be read, in plain words.
    private(set) var healthFailure: String?
    /// Whether several servers answer at the URL: one answered, then another, then the first one again.
    private(set) var hasSeveralServers = false
    /// The servers that answered so far, the newest last.
    private var knownIDs: [String] = []
    /// Why the last question was not answered, in plain words.
    private(set) var failure: String?
    private(set) var connections: MonitoredConnections?
    /// Why the last question for connections was not answered.
    private(set) var connectionsFailure: String?

    init(id: Int, monitor: String?) {
        self.id = id
        self.monitor = monitor
    }

    var state: State {
        if monitor == nil { return .unknown }
        if failure != nil { return .unreachable }
        if status == nil { return .asking }
        if complaint != nil { return .unhealthy }
        return healthFailure == nil ? .healthy : .unchecked
    }

    mutating func record(_ answer: ServerAnswer) {
        switch answer.status.result {
        case .failure(let error):
            failure = error.message
            return
        case .success(let status):
            rates = rates(to: status, at: answer.status.at)
            failure = nil
            (self.status, statusAt) = (status, answer.status.at)
            note(status.id)
        }
        (complaint, healthFailure) = (nil, nil)
        switch answer.health?.result {
        case .success(let health)?: complaint = health.isWell ? nil : health.error ?? health.status
        case .failure(let error)?: healthFailure = error.message
        case nil: break
        }
        if let (query, part) = answer.connections {
            switch part.result {
            case .success(let list):
                let isOther = !list.serverID.isEmpty && list.serverID != status?.id
                connectionsFailure = isOther ? "the list is that of another server behind this URL" : nil
                connections = MonitoredConnections(list, query, at: part.at, serverID: status?.id ?? "", after: connections)
            case .failure(let error): connectionsFailure = error.message
            }
        }
    }

    private func rates(to status: ServerStatus, at: Duration) -> ServerRates? {
        guard let earlier = self.status, earlier.id == status.id, earlier.hasTraffic, status.hasTraffic else { return nil }
        let elapsed = ServerRates.elapsed(from: (earlier.time, statusAt), to: (status.time, at))
        return ServerRates(from: earlier.traffic, to: status.traffic, elapsed: elapsed)
    }

    /// A server that restarts has a new number each time: an old one that comes back is another server's.
    private mutating func note(_ id: String) {
        guard knownIDs.last != id else { return }
        if knownIDs.contains(id) { hasSeveralServers = true }
        knownIDs = knownIDs.filter { $0 != id }.suffix(7) + [id]
    }
}

/// The connections of a server, with their rates.
struct MonitoredConnections: Sendable {
    struct Row: Sendable, Identifiable {
        let connection: ServerConnection
        /// Between the last two figures; nil before there are two.
        let rates: ServerRates?

        var id: UInt64 { connection.id }
    }

    let rows: [Row]
    /// How many there are, also beyond those listed.
    let total: Int
    /// What of the answer is not among ``rows``.
    let gaps: ListGaps
    let query: ConnectionQuery
    let at: Duration
    private let read: ServerTimestamp?
    private let serverID: String

    /// How many are not listed.
    var missing: Int { total - rows.count }

    fileprivate init(
        _ list: ConnectionList,
        _ query: ConnectionQuery,
        at: Duration,
        serverID: String,
        after earlier: MonitoredConnections?
    ) {
        let serverID = list.serverID.isEmpty ? serverID : list.serverID
        // A server numbers its connections from 1 again after each start.
        let comparable = earlier.flatMap { $0.serverID == serverID && $0.query.state == query.state ? $0 : nil }
        let before = Dictionary(comparable?.rows.map { ($0.id, $0.connection.traffic) } ?? [], uniquingKeysWith: { $1 })
        let elapsed = comparable.map { ServerRates.elapsed(from: ($0.read, $0.at), to: (list.time, at)) } ?? .zero
        rows = list.connections.map { connection in
            let rates = before[connection.id].flatMap { ServerRates(from: $0, to: connection.traffic, elapsed: elapsed) }
            return Row(connection: connection, rates: rates)
        }
        gaps = list.gaps
        read = list.time
        total = max(list.total, list.connections.count)
        self.query = query
        self.at = at
        self.serverID = serverID
    }
}
