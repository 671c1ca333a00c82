import NATSMonitoring

/// The state of the server behind a monitoring URL.
struct ServerRow: Sendable, Identifiable {
    /// The health of the server.
    enum State: Sendable, Hashable, CaseIterable {
        /// The cluster has no monitoring URL.
        case unknown
        /// The server has not answered yet.
        case asking
        case healthy
        /// The server answers, but its health could not be read.
        case unchecked
        /// The server reports a problem.
        case unhealthy
        case unreachable
    }

    /// The cluster's position on the ring.
    let id: Int
    /// The monitoring URL.
    let monitor: String?
    /// The last status.
    private(set) var status: ServerStatus?
    /// The uptime when the last status arrived.
    private(set) var statusAt: Duration = .zero
    /// The rates between the last two statuses; nil before there are two, and after a restart of the server.
    private(set) var rates: ServerRates?
    /// The problem that the server reports. Text of the peer.
    private(set) var complaint: String?
    /// The reason why the health could not be read.
    private(set) var healthFailure: String?
    /// Whether several servers answer at the URL: one answered, then another one, then the first one again.
    private(set) var hasSeveralServers = false
    /// The ids of the servers that have answered, the newest last.
    private var knownIDs: [String] = []
    /// The reason why the last request failed.
    private(set) var failure: String?
    private(set) var connections: MonitoredConnections?
    /// The reason why the last request for connections failed.
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
                connectionsFailure = isOther ? "the list is from another server behind this URL" : nil
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

    /// Records the id of a server. A server has a new id after each restart, so an earlier id that appears again means that
    /// several servers answer.
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
        /// The rates between the last two answers; nil before there are two.
        let rates: ServerRates?

        var id: UInt64 { connection.id }
    }

    let rows: [Row]
    /// The total number of connections, including those that are not listed.
    let total: Int
    /// The parts of the answer that are not in ``rows``.
    let gaps: ListGaps
    let query: ConnectionQuery
    let at: Duration
    private let read: ServerTimestamp?
    private let serverID: String

    /// The number of connections that are not listed.
    var missing: Int { total - rows.count }

    fileprivate init(
        _ list: ConnectionList,
        _ query: ConnectionQuery,
        at: Duration,
        serverID: String,
        after earlier: MonitoredConnections?
    ) {
        let serverID = list.serverID.isEmpty ? serverID : list.serverID
        // A restarted server numbers its connections from 1 again, so rates need two answers of the same process.
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
