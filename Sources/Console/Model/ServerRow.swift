import ServerMonitor

/// What the console shows of the server that a monitoring URL belongs to.
struct ServerRow: Sendable, Identifiable {
    /// How the server is, as far as it says.
    enum State: Sendable, Hashable, CaseIterable {
        /// There is no monitoring URL.
        case unknown
        /// Nothing was answered yet.
        case asking
        case well
        /// It says itself that something is wrong.
        case unwell
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
    /// What is wrong by its own word; text of the peer.
    private(set) var complaint: String?
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
        return complaint == nil ? .well : .unwell
    }

    mutating func take(_ answer: ServerAnswer) {
        switch answer.status.result {
        case .failure(let error):
            failure = error.message
            return
        case .success(let status):
            rates = self.status.flatMap { earlier in
                earlier.id == status.id
                    ? ServerRates(from: earlier.traffic, to: status.traffic, elapsed: answer.status.at - statusAt) : nil
            }
            failure = nil
            (self.status, statusAt) = (status, answer.status.at)
        }
        switch answer.health?.result {
        case .success(let health)?: complaint = health.isWell ? nil : health.error ?? health.status
        case .failure(let error)?: complaint = error.message
        case nil: complaint = nil
        }
        if let (query, part) = answer.connections {
            switch part.result {
            case .success(let list):
                connectionsFailure = nil
                connections = MonitoredConnections(list, query, at: part.at, serverID: status?.id ?? "", after: connections)
            case .failure(let error): connectionsFailure = error.message
            }
        }
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
    let query: ConnectionQuery
    let at: Duration
    private let serverID: String

    fileprivate init(
        _ list: ConnectionList,
        _ query: ConnectionQuery,
        at: Duration,
        serverID: String,
        after earlier: MonitoredConnections?
    ) {
        // Numbers of connections begin anew with each start of a server.
        let comparable = earlier.flatMap { $0.serverID == serverID && $0.query.state == query.state ? $0 : nil }
        let before = Dictionary(comparable?.rows.map { ($0.id, $0.connection.traffic) } ?? [], uniquingKeysWith: { $1 })
        rows = list.connections.map { connection in
            let rates = before[connection.id].flatMap {
                ServerRates(from: $0, to: connection.traffic, elapsed: at - (comparable?.at ?? at))
            }
            return Row(connection: connection, rates: rates)
        }
        total = max(list.total, list.connections.count)
        self.query = query
        self.at = at
        self.serverID = serverID
    }
}
