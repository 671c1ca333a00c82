import TerminalUI

/// An incident in words: what happened, then its effects.
struct IncidentText: Sendable {
    /// A part after the first. The least important ones are left out if space is short.
    private struct Part {
        let text: SafeText
        let importance: Int
    }

    /// The maximum number of names in a list.
    private static let nameCount = 3

    /// What happened, followed by shorter forms.
    private let heads: [SafeText]
    private let parts: [Part]

    init(_ incident: Incident, at now: Duration) {
        var causes = Self.causes(incident, at: now)
        guard !causes.isEmpty else {
            (heads, parts) = ([], [])
            return
        }
        heads = causes.removeFirst()
        parts = causes.map { Part(text: $0[0], importance: 25) } + Self.effects(incident, at: now, head: heads[0])
    }

    /// The whole text.
    var full: SafeText { heads.first.map { Self.joined($0, parts) } ?? .empty }

    /// The text, followed by shorter forms.
    var forms: [SafeText] {
        let heads = heads.prefix(1).flatMap(Self.clauses) + heads.dropFirst()
        var parts = parts
        // Only whole parts are left out, the least important and last one first. What was lost is more important than the details of
        // the cause.
        var subsets = [parts]
        while let least = parts.indices.min(by: { (parts[$0].importance, -$0) < (parts[$1].importance, -$1) }) {
            parts.remove(at: least)
            subsets.append(parts)
        }
        let important = subsets.firstIndex { $0.allSatisfy { $0.importance >= Self.essential } } ?? 0
        return [subsets[...important], subsets[important...].dropFirst()].flatMap { subsets in
            heads.flatMap { head in subsets.map { Self.joined(head, $0) } }
        }
    }

    /// Parts of at least this importance are shown rather than the details of the cause.
    private static let essential = 30

    private static func joined(_ head: SafeText, _ parts: [Part]) -> SafeText {
        parts.isEmpty ? head : "\(head); \(parts.map(\.text).joined(separator: ", "))"
    }

    // MARK: What happened

    /// Returns what happened, the decisive one first, each with shorter forms.
    private static func causes(_ incident: Incident, at now: Duration) -> [[SafeText]] {
        switch incident.subject {
        case .note: return incident.rows.last.map { [[$0.text]] } ?? []
        case .network:
            let verb: SafeText = incident.isOpen ? "are" : "were"
            return [["all clusters \(verb) silent: your own network?", "all clusters \(verb) silent", "all silent"]]
        case .ring: return ring(incident.evidence)
        case .cluster: return cluster(incident, at: now)
        }
    }

    private static func ring(_ evidence: IncidentEvidence) -> [[SafeText]] {
        var causes: [[SafeText]] = []
        if evidence.programs.count == 1 {
            let text: SafeText = "\(evidence.programs[0]) has another ring"
            causes.append(["program \(text)", text, "another ring"])
        } else if !evidence.programs.isEmpty {
            let count = evidence.programCount
            let text: SafeText = "\(count) programs have another ring"
            causes.append(["\(text): \(list(evidence.programs, of: count))", text, "another ring"])
        }
        if let explanation = evidence.explanation {
            causes.append(
                causes.isEmpty
                    ? ["topics on the wrong cluster: \(explanation)", "topics on the wrong cluster", "another ring"]
                    : [explanation]
            )
        }
        return causes.isEmpty ? [["topics on the wrong cluster", "another ring"]] : causes
    }

    private static func cluster(_ incident: Incident, at now: Duration) -> [[SafeText]] {
        let evidence = incident.evidence
        let isOpen = incident.isOpen
        var causes: [[SafeText]] = []
        if let alarm = evidence.alarm { causes.append([alarm, "wrong cluster"]) }
        if let idleTimeout = evidence.idleTimeout { causes.append(["flapping: \(idleTimeout)", "flapping"]) }
        let down = evidence.downTime(at: now)
        if down >= IncidentEvidence.leastDown, causes.isEmpty {
            let time: SafeText = "down \(SafeText.wholeSeconds(down))"
            let cause = evidence.downCause ?? evidence.firstCause
            causes.append((cause.map { ["\(time): \($0)"] } ?? []) + [time])
        }
        let stopped = evidence.leaving.filter(\.isShutDown).map(\.server)
        let lameDucks = evidence.leaving.filter { !$0.isShutDown }.map(\.server)
        if !stopped.isEmpty { causes.append(["\(nodes(stopped)) shut down", "shut down"]) }
        if !lameDucks.isEmpty { causes.append(["\(nodes(lameDucks)) in lame-duck mode", "lame duck"]) }
        if evidence.leaving.isEmpty, evidence.sawLameDuck { causes.append(["a server in lame-duck mode", "lame duck"]) }
        let silent = evidence.silent
        if !silent.isEmpty {
            let verb: SafeText = !isOpen ? "did not answer" : silent.count == 1 ? "does not answer" : "do not answer"
            causes.append(["\(nodes(silent)) \(verb)", "\(silent.count) silent"])
        }
        let gone = evidence.unexplainedGone
        if !gone.isEmpty {
            let verb: SafeText = isOpen ? "gone" : gone.count == 1 ? "was gone" : "were gone"
            causes.append(["\(nodes(gone)) \(verb)", "\(gone.count) gone"])
        }
        if !evidence.gaps.isEmpty { causes.append(["no route between \(list(evidence.gaps))", "no route"]) }
        if !evidence.undelivered.isEmpty {
            causes.append(["messages lost from \(list(evidence.undelivered))", "losing messages"])
        }
        return causes.isEmpty ? [losses(evidence)] : causes
    }

    private static func losses(_ evidence: IncidentEvidence) -> [SafeText] {
        let count: SafeText
        if evidence.losses == 0 {
            count = "\(evidence.missing) of \(evidence.total) connections not up"
        } else if evidence.cycles > 1, evidence.losses > 1 {
            count = "connections lost \(evidence.cycles) times"
        } else if evidence.connections.isEmpty {
            count = "connections lost"
        } else {
            count = "\(connections(evidence)) lost"
        }
        return (evidence.firstCause.map { ["\(count): \($0)"] } ?? []) + [count, "losses"]
    }

    // MARK: Effects

    private static func effects(_ incident: Incident, at now: Duration, head: SafeText) -> [Part] {
        let evidence = incident.evidence
        var parts: [Part] = []
        let isDown = evidence.downTime(at: now) >= IncidentEvidence.leastDown
        if !evidence.connections.isEmpty {
            let all = SafeText.counted(evidence.connections.count, "connection")
            let text: SafeText = isDown || incident.subject == .network ? all : "\(connections(evidence)) lost"
            if head.columns(matching: text.plain).isEmpty { parts.append(Part(text: text, importance: 30)) }
        }
        if !isDown, !evidence.reconnectedTo.isEmpty, evidence.reconnectedTo.count <= 2 {
            parts.append(
                Part(text: "reconnected to \(evidence.reconnectedTo.joined(separator: " and "))", importance: 15)
            )
        }
        if evidence.unconfirmed > 0 {
            parts.append(Part(text: "up to \(SafeText.counted(evidence.unconfirmed, "message")) lost", importance: 45))
        } else if evidence.lostPublisher, !incident.isOpen {
            parts.append(Part(text: "nothing lost", importance: 10))
        }
        if let longest = evidence.missed.max(by: { ($0.value, $1.key.plain) < ($1.value, $0.key.plain) }) {
            let time = SafeText.duration(longest.value)
            let count = evidence.missed.count
            let text: SafeText =
                count == 1 ? "`\(longest.key)` missed \(time)" : "\(count) subscriptions missed up to \(time)"
            parts.append(Part(text: text, importance: 40))
        }
        return parts
    }

    /// Returns the number of lost connections of all.
    private static func connections(_ evidence: IncidentEvidence) -> SafeText {
        let (count, total) = (evidence.connections.count, max(evidence.total, evidence.connections.count))
        if count == total, count == 1 { return "the connection" }
        return count == total ? "all \(count) connections" : "\(count) of \(total) connections"
    }

    /// Returns a text, and the text without its last clauses.
    private static func clauses(of text: SafeText) -> [SafeText] {
        let ends = [" (", "; ", ": ", ", "].flatMap { text.columns(matching: $0) }.map(\.lowerBound).sorted(by: >)
        return [text] + ends.filter { $0 >= 12 }.map { text.columnsInRange(0..<$0) }
    }

    private static func nodes(_ names: [SafeText]) -> SafeText {
        names.count == 1 ? "node \(names[0])" : "\(names.count) nodes (\(list(names)))"
    }

    /// - Parameter count: The number of all names; nil for those in the list.
    private static func list(_ names: [SafeText], of count: Int? = nil) -> SafeText {
        let count = count ?? names.count
        let rest: SafeText = count > nameCount ? " and \(count - nameCount) more" : ""
        return names.prefix(nameCount).joined(separator: ", ") + rest
    }
}

extension Incident {
    /// How long it has been open, or how long it lasted; the severity of a note.
    func stateText(at now: Duration) -> SafeText {
        switch subject {
        case .note: severity.word
        case .cluster, .network, .ring: isOpen ? "open \(time(at: now))" : time(at: now)
        }
    }

    private func time(at now: Duration) -> SafeText {
        let length = length(at: now)
        return isOpen || length >= .seconds(1) ? .wholeSeconds(length) : .duration(length)
    }
}
