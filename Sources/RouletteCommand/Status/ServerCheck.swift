import NATSMonitoring

/// Asks the servers of a cluster about themselves, for problems that connections through a load balancer do not show.
struct ServerCheck: Sendable {
    /// What is wrong with the servers of a cluster.
    struct Problems: Sendable {
        /// The names of the servers that do not answer, although their cluster has routes to them.
        var silent: [String] = []
        /// The pairs of servers without a route.
        var missingRoutes: [RouteMesh.Gap] = []
        /// The number of servers that answer.
        var answering = 0

        var isEmpty: Bool { silent.isEmpty && missingRoutes.isEmpty }

        /// Leaves out servers in lame-duck mode: they do not answer, and their cluster no longer announces them.
        /// - Parameter announced: The number of servers that the cluster announces; nil if that is not known.
        func withoutLameDucks(announced: Int?) -> Problems {
            var rest = self
            if SilentServers.everyAnnouncedServerAnswers(announced: announced, answering: answering) { rest.silent = [] }
            return rest
        }
    }

    /// The number of questions that must agree on a problem.
    private static let rounds = 2

    private var readings = NodeReadings()
    private var silent = SilentServers()

    /// Asks every server, and once more if there may be a problem.
    /// - Returns: nil if no server answered.
    mutating func ask(_ monitor: ClusterMonitor) async -> Problems? {
        var gaps: Set<RouteMesh.Gap>?
        var hasAnswer = false
        for _ in 0..<Self.rounds {
            var question = ClusterMonitor.Question()
            question.count = ClusterReading(readings, present: [:]).count
            question.reach = (0..<monitor.urlCount).map { readings.reach(of: .url($0)) }
            let answers = await monitor.ask(question)
            for answer in answers { readings.record(answer) }
            hasAnswer = hasAnswer || answers.contains { $0.failure == nil }
            let reading = ClusterReading(readings, present: [:])
            let asksAll = answers.contains { $0.source == .systemAccount && $0.failure == nil }
            silent.update(readings, reading, asksAll: asksAll, connected: [])
            gaps = (gaps ?? Set(reading.mesh.gaps)).intersection(reading.mesh.gaps)
            if !silent.isInDoubt, reading.mesh.gaps.isEmpty { break }
        }
        guard hasAnswer else { return nil }
        return Problems(
            silent: silent.servers.map(\.name),
            missingRoutes: (gaps ?? []).sorted { ($0.one, $0.other) < ($1.one, $1.other) },
            answering: readings.nodes.count { $0.missedRounds == 0 }
        )
    }
}

/// Checks the servers of all clusters of a profile that have a source.
actor ServerChecks {
    private let monitors: ServerMonitors
    private var checks: [ServerCheck]

    init(_ monitors: ServerMonitors) {
        self.monitors = monitors
        checks = monitors.clusters.map { _ in ServerCheck() }
    }

    /// Asks all clusters at the same time.
    /// - Returns: The problems in ring order; nil for a cluster without a source, or whose servers did not answer.
    func ask() async -> [ServerCheck.Problems?] {
        let (monitors, before) = (monitors, checks)
        let results = await withTaskGroup(of: (Int, ServerCheck, ServerCheck.Problems?).self) { group in
            for (index, check) in before.enumerated() where monitors.clusters[index].hasSources {
                group.addTask {
                    var check = check
                    let problems = await check.ask(monitors.ready(index))
                    return (index, check, problems)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = ($1.1, $1.2) }
        }
        for (index, result) in results { checks[index] = result.0 }
        return before.indices.map { results[$0]?.1 }
    }
}
