import NATSMonitoring

/// What one server of a cluster said about itself, or what is known about the sources of a cluster without an answer.
struct ServerRow: Sendable, Identifiable {
    struct ID: Sendable, Hashable {
        /// The cluster's position on the ring.
        let cluster: Int
        /// The id of the server; nil before an answer.
        let server: String?
    }

    /// The health of a server.
    enum State: Sendable, Hashable, CaseIterable {
        /// The cluster has no source.
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

    let id: ID
    let state: State
    private let reading: NodeReading?
    /// The reason why the last question failed.
    let failure: String?
    /// Whether other servers answer at the same URL.
    let sharesURL: Bool
    /// The last list of its connections.
    let connections: MonitoredConnections?
    /// The reason why the last request for its connections failed.
    let connectionsFailure: String?

    /// The last status.
    var status: ServerStatus? { reading?.status }
    /// The uptime when the last status arrived.
    var statusAt: Duration { reading?.statusAt ?? .zero }
    /// The rates of its clients between the last two answers, without the messages of other servers.
    var rates: ServerRates? { state == .unreachable ? nil : reading?.clientRates }
    /// The problem that the server reports. Text of the peer.
    var complaint: String? { reading?.complaint }
    /// The reason why the health could not be read.
    var healthFailure: String? { reading?.healthFailure }

    /// Creates the row of a server that has answered.
    init(_ reading: NodeReading, of cluster: ClusterMonitoring) {
        id = ID(cluster: cluster.id, server: reading.id)
        self.reading = reading
        sharesURL = cluster.readings.reach(of: reading.source) == .severalServers
        let sourceFailure = cluster.readings.failure(of: reading.source)?.message
        // A failed URL of one server is that server's.
        let isLost = reading.isSilent || (sourceFailure != nil && !sharesURL)
        let isAsked = reading.source != .systemAccount || cluster.silent.contains { $0.id == reading.id }
        let relay = isAsked ? nil : cluster.readings.relay(withoutRouteTo: reading.id)?.name
        let cause = relay.map { "not asked, because \($0) has no route to it" } ?? sourceFailure
        failure = isLost ? cause ?? "the server no longer answers" : nil
        state =
            if isLost {
                .unreachable
            } else if reading.complaint != nil {
                .unhealthy
            } else {
                reading.healthFailure == nil ? .healthy : .unchecked
            }
        connections = cluster.connections(of: reading.id)
        connectionsFailure = cluster.connectionsFailure(of: reading.id)
    }

    /// Creates the row of a cluster without an answer.
    init(unanswered cluster: ClusterMonitoring) {
        id = ID(cluster: cluster.id, server: nil)
        (reading, connections, connectionsFailure, sharesURL) = (nil, nil, nil, false)
        failure = cluster.failure
        state = cluster.sources.isEmpty ? .unknown : failure == nil ? .asking : .unreachable
    }
}
