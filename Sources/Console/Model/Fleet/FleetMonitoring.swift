import Operations
import Roulette
import TerminalUI

/// The programs of the deployment, why topics are misrouted, and the time of the next reading.
struct FleetMonitoring: Sendable {
    /// What a reading found.
    struct Reading: Sendable {
        let fleet: Fleet
        /// Why servers or clusters are missing.
        let problems: [String]
        /// The number of connections in all lists.
        let connectionCount: Int
    }

    /// The messages per second that the servers received from a program and sent to it.
    struct Rates: Sendable, Hashable {
        let messagesIn: Double
        let messagesOut: Double
    }

    /// The time between two readings while the programs are shown.
    static let interval: Duration = .seconds(10)
    /// The time between two readings while they are not shown.
    static let backgroundInterval: Duration = .seconds(60)
    /// The number of connections from which on reading them takes considerable time.
    static let manyConnections = 10_000
    /// The time between two explanations of misrouted topics.
    static let explanationInterval: Duration = .seconds(5)
    /// The maximum number of events after one reading.
    private static let maximumEvents = 8

    private(set) var reading: Reading?
    private(set) var readAt: Duration?
    private(set) var rates: [FleetProgram.ID: Rates] = [:]
    private var askedAt: Duration?
    private var isOpen = false
    /// The programs whose contradictions were reported.
    private var reported: Set<FleetProgram.ID> = []
    /// The programs that had contradictions in the last reading.
    private var suspected: Set<FleetProgram.ID> = []

    private(set) var misrouting: MisroutingReport?
    private var explainedAt: Duration?
    private var isExplaining = false
    /// The explanation that was reported.
    private var reportedOrder: [Int?]?

    var fleet: Fleet? { reading?.fleet }

    /// The programs whose contradictions were reported.
    var contradicting: [FleetProgram] {
        (fleet?.programs ?? []).filter { !$0.contradictions.isEmpty && reported.contains($0.id) }
    }

    // MARK: Reading

    /// Returns whether the lists of connections are to be read now.
    ///
    /// - Parameters:
    ///   - isShown: Whether the programs are on the screen.
    ///   - connections: The number of connections of all servers; nil before all clusters have answered.
    mutating func startsReading(isShown: Bool, connections: Int?, at now: Duration) -> Bool {
        guard !isOpen else { return false }
        let count = max(connections ?? 0, reading?.connectionCount ?? 0)
        let isMany = count > Self.manyConnections
        // Misrouted topics are a reason to look for the program that publishes them.
        let isUrgent = isShown || misrouting != nil
        let interval = isUrgent && !isMany ? Self.interval : Self.backgroundInterval
        guard isUrgent || (connections != nil && !isMany), askedAt.map({ now - $0 >= interval }) ?? true else { return false }
        (isOpen, askedAt) = (true, now)
        return true
    }

    /// Takes in a reading.
    /// - Returns: What is worth an event.
    mutating func record(_ new: Reading, clusters: [String], at now: Duration) -> [EventRow] {
        if let old = reading, let readAt { rates = Self.rates(from: old.fleet, to: new.fleet, elapsed: now - readAt) }
        (reading, readAt, isOpen) = (new, now, false)
        var events: [EventRow] = []
        var contradicting: Set<FleetProgram.ID> = []
        for program in new.fleet.programs {
            guard let contradiction = program.contradictions.first else { continue }
            contradicting.insert(program.id)
            // A program that starts or ends is on some of the clusters for a moment.
            if case .missing = contradiction, !suspected.contains(program.id) { continue }
            guard reported.insert(program.id).inserted else { continue }
            let reason = SafeText(untrusted: contradiction.text(clusters: clusters), maximumBytes: 512)
            let detail: SafeText = "program \(program.label) has another ring: \(reason)"
            events.append(EventRow(.note, .error, detail: detail, trace: .otherRing))
        }
        for program in new.fleet.programs where !contradicting.contains(program.id) && reported.contains(program.id) {
            events.append(EventRow(.note, .info, detail: "program \(program.label) has the same ring again"))
        }
        suspected = contradicting
        reported.formIntersection(contradicting)
        guard events.count > Self.maximumEvents else { return events }
        let rest = events.count - Self.maximumEvents
        return events.prefix(Self.maximumEvents)
            + [EventRow(.note, .error, detail: "\(rest) more programs have another ring; :fleet lists them", trace: .otherRing)]
    }

    private static func rates(from old: Fleet, to new: Fleet, elapsed: Duration) -> [FleetProgram.ID: Rates] {
        guard elapsed > .zero else { return [:] }
        let before = Dictionary(old.programs.map { ($0.id, $0.traffic) }, uniquingKeysWith: { $1 })
        let rates = new.programs.compactMap { program -> (FleetProgram.ID, Rates)? in
            guard let old = before[program.id], program.traffic.messagesIn >= old.messagesIn,
                program.traffic.messagesOut >= old.messagesOut
            else { return nil }
            let seconds = elapsed / .seconds(1)
            return (
                program.id,
                Rates(
                    messagesIn: Double(program.traffic.messagesIn - old.messagesIn) / seconds,
                    messagesOut: Double(program.traffic.messagesOut - old.messagesOut) / seconds
                )
            )
        }
        return Dictionary(rates, uniquingKeysWith: { $1 })
    }

    // MARK: Misrouted topics

    /// Returns the misrouted topics, if they are to be explained now.
    mutating func startsExplaining(_ traffic: TrafficSnapshot, at now: Duration) -> MisroutingReport.Evidence? {
        guard !isExplaining, explainedAt.map({ now - $0 >= Self.explanationInterval }) ?? true else { return nil }
        guard !traffic.misrouted.isEmpty else { return nil }
        explainedAt = now
        let evidence = MisroutingReport.Evidence(traffic, at: now / .seconds(1))
        guard !evidence.sightings.isEmpty else {
            (misrouting, reportedOrder) = (nil, nil)
            return nil
        }
        isExplaining = true
        return evidence
    }

    /// Takes in an explanation.
    /// - Returns: The event, if the explanation is new.
    mutating func record(_ report: MisroutingReport, _ deployment: DeploymentDescription) -> [EventRow] {
        isExplaining = false
        misrouting = report
        guard let order = report.explanation?.order, report.isConvincing, order != reportedOrder else { return [] }
        reportedOrder = order
        let detail: SafeText = "topics are published to the wrong cluster: \(text(deployment) ?? "")"
        return [EventRow(.note, .error, detail: detail, trace: .otherRing)]
    }

    /// Why topics are misrouted, in one line; nil if none is.
    func text(_ deployment: DeploymentDescription) -> SafeText? {
        guard let misrouting, misrouting.evidence.sightings.count >= MisroutingReport.leastSightings else { return nil }
        let count = misrouting.evidence.sightings.count
        guard let explanation = misrouting.explanation, misrouting.isConvincing else {
            return "no order of the clusters explains the \(count) misrouted topics"
        }
        let names = explanation.order.map { $0.map { deployment.clusterName($0) } ?? "?" }.joined(separator: ", ")
        let topics = SafeText.counted(explanation.total, "topic")
        return "the order \(names) explains \(explanation.explained) of \(topics)\(oddOne)"
    }

    /// Whether this console or other programs are the odd ones.
    private var oddOne: SafeText {
        let known = (fleet?.programs ?? []).filter(\.isRingKnown)
        let others = known.count { !$0.contradictions.isEmpty }
        if others > 0, others * 2 >= known.count, misrouting?.evidence.suggestsOddConsole ?? false {
            return "; this console is the odd one: \(others) of \(known.count) programs have another ring"
        }
        let have: SafeText = others == 1 ? "has" : "have"
        if others > 0 { return "; \(others) of \(known.count) programs \(have) another ring than this console" }
        guard misrouting?.evidence.suggestsOddConsole ?? false else { return "" }
        return "; this console may be the odd one: almost all topics are where that order has them"
    }
}

extension MisroutingReport {
    /// The number of misrouted topics that an explanation needs. Any order explains a single topic.
    static let leastSightings = 5

    /// Whether the order explains most of the topics.
    var isConvincing: Bool {
        guard let explanation, explanation.total >= Self.leastSightings else { return false }
        return !explanation.isOwn && explanation.explained * 10 >= explanation.total * 8
    }
}

extension FleetProgram {
    /// The name and the host.
    var label: SafeText {
        let name: SafeText = id.name.isEmpty ? "(no name)" : SafeText(untrusted: id.name, maximumBytes: 128)
        return "\(name) from \(SafeText(untrusted: id.host, maximumBytes: 64))"
    }
}
