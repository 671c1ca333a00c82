/// What the servers of one cluster say about themselves, by the id of the server.
///
/// An answer belongs to the server that gave it, whatever the address that was asked: a monitoring URL may lead to several
/// servers. A rate is the difference of two answers of one server over the time between those two.
package struct NodeReadings: Sendable {
    /// The maximum number of servers that are remembered.
    package static let capacity = 256
    /// The longest time between two answers that a rate is computed from.
    package static let longestInterval: Duration = .seconds(60)
    /// The shortest time between two answers that a rate is computed from.
    package static let shortestInterval: Duration = .milliseconds(500)
    /// How long a server that does not answer is remembered.
    static let memory: Duration = .seconds(3600)

    private var readings: [String: NodeReading] = [:]
    /// The ids of servers that were restarted, with the id after the restart.
    private var successors: [String: String] = [:]
    private var sources: [NodeSource: SourceReading] = [:]
    /// The id of the server that passed the last question over the system account on to the others.
    private var relay: String?

    package init() {}

    // MARK: Recording

    /// Records an answer.
    package mutating func record(_ answer: NodeAnswer, from source: NodeSource) {
        let id = answer.status.id
        // A server that answers was not replaced: two servers have the same name.
        successors[id] = nil
        if readings[id] == nil {
            makeRoom(at: answer.statusAt)
            let name = answer.status.name
            for (other, reading) in readings where name != id && reading.name == name { successors[other] = id }
        }
        let name = readings[id]?.name ?? answer.status.name
        let earlier = sources[source]?.lastID.flatMap { readings[$0]?.name }
        // A server without a name is called by its id, which is new after a restart.
        let isRestart = earlier == name || name == id
        sources[source, default: SourceReading()].answered(id, isRestart: isRestart)
        readings[id, default: NodeReading(answer.status)].record(answer, from: source)
    }

    /// Records the answers of a source to one question.
    package mutating func record(_ answer: ClusterMonitor.Answer) {
        for node in answer.nodes { record(node, from: answer.source) }
        endRound(
            of: answer.source,
            answered: Set(answer.nodes.map(\.status.id)),
            failure: answer.failure,
            relay: answer.relay
        )
    }

    /// Records the end of a round: that every server behind a source had the opportunity to answer.
    ///
    /// Over the system account, every server is asked, also one that answered at a URL before.
    ///
    /// - Parameters:
    ///   - source: The source that was asked.
    ///   - answered: The ids of the servers that answered.
    ///   - failure: Why the source did not answer, or nil.
    ///   - relay: The id of the server that passed the question on; nil if it is not known.
    package mutating func endRound(
        of source: NodeSource,
        answered: Set<String>,
        failure: MonitorError? = nil,
        relay: String? = nil
    ) {
        sources[source, default: SourceReading()].failure = failure
        if source == .systemAccount { self.relay = relay }
        let asksAll = source == .systemAccount && failure == nil
        for id in readings.keys where !answered.contains(id) && (asksAll || readings[id]?.source == source) {
            readings[id]?.miss(source)
        }
    }

    private mutating func makeRoom(at now: Duration) {
        for (id, reading) in readings where now - reading.statusAt > Self.memory { forget(id) }
        while readings.count >= Self.capacity, let oldest = readings.values.min(by: { $0.statusAt < $1.statusAt }) {
            forget(oldest.id)
        }
    }

    private mutating func forget(_ id: String) {
        readings[id] = nil
        successors[id] = nil
    }

    // MARK: Servers

    /// The servers that have answered, sorted by name. A server that was restarted is listed with its new id only.
    package var nodes: [NodeReading] {
        readings.values.filter { successors[$0.id] == nil }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// Returns what a server said, if it answered.
    package subscript(id: String) -> NodeReading? { readings[id] }

    /// Returns whether a server was restarted and has another id now.
    package func wasRestarted(_ id: String) -> Bool { successors[id] != nil }

    // MARK: Sources

    /// Returns why a source did not answer in its last round.
    package func failure(of source: NodeSource) -> MonitorError? { sources[source]?.failure }

    /// Returns the server that could not pass the question over the system account on to another server, because it has no route
    /// to it. A server passes on only what its own clients send, so routes over a third server do not help.
    package func relay(withoutRouteTo id: String) -> NodeReading? {
        guard let relay, relay != id, let reading = readings[relay], reading.missedRounds == 0, reading.hasCurrentRoutes,
            let routes = reading.routes, !routes.peers.contains(id)
        else { return nil }
        return reading
    }

    /// Returns how many servers answer behind a source.
    package func reach(of source: NodeSource) -> SourceReach { sources[source]?.reach ?? .unknown }
}

/// How many servers answer behind a monitoring URL.
package enum SourceReach: Sendable, Hashable {
    /// Not known yet.
    case unknown
    case oneServer
    case severalServers
}

/// What is known about a source.
private struct SourceReading: Sendable {
    /// The number of consecutive answers of one server after which a URL counts as that of one server.
    static let certainty = 16

    var failure: MonitorError?
    private var recentIDs: [String] = []
    private var answersInARow = 0
    private(set) var reach = SourceReach.unknown

    var lastID: String? { recentIDs.last }

    /// - Parameter isRestart: Whether the server before has the same name, so that it may be the same one after a restart.
    mutating func answered(_ id: String, isRestart: Bool) {
        if recentIDs.last == id {
            answersInARow += 1
        } else {
            if recentIDs.contains(id) || !recentIDs.isEmpty && !isRestart { reach = .severalServers }
            recentIDs = recentIDs.filter { $0 != id }.suffix(7) + [id]
            answersInARow = 1
        }
        if answersInARow >= Self.certainty { reach = .oneServer }
    }
}
