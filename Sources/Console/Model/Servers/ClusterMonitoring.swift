import NATSMonitoring
import TerminalUI

/// What the servers of one cluster said about themselves, and what was asked last.
struct ClusterMonitoring: Sendable {
    /// The time until the system account is asked again after it refused.
    private static let pauseAfterRefusal: Duration = .seconds(30)
    /// The number of consecutive rounds with the same missing routes after which they are reported.
    private static let reportedRounds = 2

    struct Question: Sendable {
        var isOpen = true
        var askedAt: Duration
        var connections: ClusterMonitor.Question.Connections?
    }

    /// The cluster's position on the ring.
    let id: Int
    let sources: MonitoringSources
    /// The servers that are up, as the INFO of the console's connections says: name by id.
    private var present: [String: String] = [:]
    /// The ids of the servers that answer the PINGs of the console's connections.
    private var connected: Set<String> = []
    /// The number of servers that the cluster announces; nil if that is not known.
    private var announced: Int?
    private var silentServers = SilentServers()
    private(set) var readings = NodeReadings()
    /// The servers of the cluster together.
    private(set) var reading: ClusterReading
    /// The last list of connections.
    private(set) var connections: MonitoredConnections?
    /// The reason why the last request for connections failed, with the id of the server.
    private var connectionsFailure: (server: String?, reason: String)?
    var question: Question?
    var listingQuestion: Question?
    private var refusedAt: Duration?
    /// The last failure of the system account that was reported.
    private var reportedFailure: String?
    private var gaps: (pairs: [RouteMesh.Gap], rounds: Int) = ([], 0)
    private var reportedGaps: [RouteMesh.Gap] = []

    init(id: Int, sources: MonitoringSources) {
        self.id = id
        self.sources = sources
        reading = ClusterReading(readings, present: [:])
    }

    /// The servers that have answered; without an answer, one row about the sources.
    var rows: [ServerRow] {
        reading.nodes.isEmpty ? [ServerRow(unanswered: self)] : reading.nodes.map { ServerRow($0, of: self) }
    }

    /// The reasons why sources did not answer.
    var failure: String? {
        let all = [NodeSource.systemAccount] + sources.urls.indices.map { .url($0) }
        let failures = all.compactMap { readings.failure(of: $0)?.message }
        return failures.isEmpty ? nil : failures.joined(separator: "; ")
    }

    /// The reasons why sources did not answer that are not about one of the servers.
    var commonFailures: [String] {
        let urls = sources.urls.indices.map { NodeSource.url($0) }.filter { url in
            readings.reach(of: url) == .severalServers || !reading.nodes.contains { $0.source == url }
        }
        return ([.systemAccount] + urls).compactMap { readings.failure(of: $0)?.message }
    }

    /// The monitoring URLs that lead to several servers.
    var balancedURLs: [String] {
        sources.urls.indices.filter { readings.reach(of: .url($0)) == .severalServers }.map { sources.urls[$0] }
    }

    /// Takes in the servers that are up, as INFO says, those that answer PINGs, and the number that the cluster announces.
    mutating func update(_ present: [String: String], connected: Set<String>, announced: Int?) {
        (self.connected, self.announced) = (connected, announced)
        guard present != self.present else { return }
        self.present = present
        reading = ClusterReading(readings, present: present)
    }

    // MARK: Problems

    /// The servers that do not answer, although their cluster knows them.
    var silent: [SilentServers.Server] { silentServers.servers }

    /// The pairs of servers without a route, if several rounds agree.
    var missingRoutes: [RouteMesh.Gap] { reportedGaps }

    /// Whether the last answers indicate a problem that the next answers decide on.
    var isInDoubt: Bool {
        silentServers.isInDoubt || (gaps.pairs != reportedGaps && gaps.rounds > 0 && gaps.rounds < Self.reportedRounds)
    }

    // MARK: Asking

    func makeQuestion(_ connections: ClusterMonitor.Question.Connections?, at now: Duration) -> ClusterMonitor.Question {
        var question = ClusterMonitor.Question()
        question.count = reading.count
        question.reach = sources.urls.indices.map { readings.reach(of: .url($0)) }
        question.usesSystemAccount = refusedAt.map { now - $0 >= Self.pauseAfterRefusal } ?? true
        question.connections = connections
        return question
    }

    // MARK: Answers

    /// Records the answers.
    /// - Returns: What is worth an event.
    mutating func record(_ answers: ServerAnswers, at now: Duration) -> [EventRow] {
        var events: [EventRow] = []
        var lists = 0
        for answer in answers.answers {
            readings.record(answer)
            for node in answer.nodes {
                guard let result = node.connections, let wanted = answers.question.connections else { continue }
                lists += 1
                switch result {
                case .success(let list):
                    connectionsFailure = nil
                    connections = MonitoredConnections(
                        list,
                        wanted.query,
                        at: node.connectionsAt,
                        serverID: node.status.id,
                        after: connections
                    )
                case .failure(let error): connectionsFailure = (node.status.id, error.message)
                }
            }
            if answer.source == .systemAccount { events += recordFailure(answer.failure, at: now) }
        }
        if lists == 0, let wanted = answers.question.connections, wanted.node != nil,
            answers.answers.contains(where: { $0.failure == nil })
        {
            connectionsFailure = (wanted.node, "the server did not answer")
        }
        reading = ClusterReading(readings, present: present)
        let asksAll = answers.answers.contains { $0.source == .systemAccount && $0.failure == nil }
        return events + recordSilence(asksAll: asksAll, at: now) + recordGaps()
    }

    /// Reports servers that do not answer, and when they answer again.
    private mutating func recordSilence(asksAll: Bool, at now: Duration) -> [EventRow] {
        let before = silentServers.servers
        silentServers.update(
            readings,
            reading,
            asksAll: asksAll,
            present: Set(present.keys),
            connected: connected,
            announced: announced
        )
        let after = Set(silentServers.servers.map(\.id))
        let known = Set(before.map(\.id))
        let began = silentServers.servers.filter { !known.contains($0.id) }.map { server in
            let name = SafeText(untrusted: server.name, maximumBytes: 128)
            let detail: SafeText = "server \(name) does not answer, but its cluster knows it: is it frozen?"
            return EventRow(.note, .error, cluster: id, detail: detail, trace: .symptom)
        }
        // A server that does not answer and is gone is reported as gone.
        let ended = before.filter { !after.contains($0.id) && readings[$0.id]?.isSilent == false }.map { server in
            let duration: SafeText = server.answeredAt.map { ", after \(SafeText.duration(now - $0))" } ?? ""
            return EventRow(
                .note,
                .info,
                cluster: id,
                detail: "server \(SafeText(untrusted: server.name, maximumBytes: 128)) answers again\(duration)"
            )
        }
        return began + ended
    }

    private mutating func recordFailure(_ failure: MonitorError?, at now: Duration) -> [EventRow] {
        refusedAt = failure?.code == .refused ? now : nil
        // The connection itself is established a moment after the first question.
        guard failure?.message != reportedFailure, failure == nil || failure?.code == .refused else { return [] }
        defer { reportedFailure = failure?.message }
        guard let failure else { return [EventRow(.note, .info, cluster: id, detail: "the system account answers")] }
        return [EventRow(.note, .error, cluster: id, detail: "\(untrusted: failure.message)")]
    }

    /// Reports routes that are missing, and when they are back.
    private mutating func recordGaps() -> [EventRow] {
        let pairs = reading.mesh.gaps
        gaps = (pairs, pairs == gaps.pairs ? gaps.rounds + 1 : 1)
        guard gaps.rounds >= Self.reportedRounds, pairs != reportedGaps else { return [] }
        let events: [EventRow] =
            pairs.isEmpty
            ? [EventRow(.note, .info, cluster: id, detail: "every server has a route to every other again")]
            : pairs.filter { !reportedGaps.contains($0) }.prefix(8).map { pair in
                EventRow(
                    .note,
                    .error,
                    cluster: id,
                    detail: "no route between \(SafeText(pair)): messages between their clients may be lost",
                    trace: .symptom
                )
            }
        reportedGaps = pairs
        return events
    }

    // MARK: Connections

    /// Returns the last list of connections of a server.
    /// - Parameter server: The id of the server; nil for any.
    func connections(of server: String?) -> MonitoredConnections? {
        server == nil || connections?.serverID == server ? connections : nil
    }

    /// Releases the memory of the last list of connections.
    mutating func forgetConnections() {
        connections = nil
    }

    /// Returns the reason why the last request for the connections of a server failed.
    func connectionsFailure(of server: String?) -> String? {
        guard let failure = connectionsFailure, server == nil || failure.server == server else { return nil }
        return failure.reason
    }
}

extension SafeText {
    init(_ gap: RouteMesh.Gap) {
        self = "\(SafeText(untrusted: gap.one, maximumBytes: 128)) and \(SafeText(untrusted: gap.other, maximumBytes: 128))"
    }
}
