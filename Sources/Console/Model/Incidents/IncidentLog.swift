import DequeModule
import TerminalUI

/// Folds events and states into incidents: one for each cause, open while the problem exists.
///
/// An event can begin an incident. The state of the clusters decides whether it is still open, so that it ends although the event
/// of the recovery may be missing, and so that a problem without an event is an incident too.
struct IncidentLog: Sendable {
    /// The maximum number of incidents. The oldest closed ones are removed first.
    static let capacity = 500
    /// How long there must be no problem before an incident ends.
    static let settling: Duration = .seconds(2)
    /// A new problem of the same subject within this time after the end belongs to the same incident.
    static let relapse: Duration = .seconds(5)
    /// The cause of lost connections may become known this long after they are back, because servers are asked about their health
    /// less often.
    static let lateCause: Duration = .seconds(60)
    /// Losses with no more than this time between them are one incident: the cluster is flapping.
    static let flapping: Duration = .seconds(60)
    /// An incident of a cluster that began this long before all clusters were silent can have the same cause.
    private static let sameTime: Duration = .seconds(5)
    /// Connections that are not up this long after the end of a silence have a problem of their own.
    private static let recovery: Duration = .seconds(15)
    /// A warning within this time after the end still belongs to the incident.
    private static let afterword: Duration = .seconds(15)
    /// Notes with the same text within this time are one line.
    private static let sameNote: Duration = .seconds(600)

    /// The oldest first.
    private(set) var incidents = Deque<Incident>()
    private var nextID = 1
    /// Symptoms that wait for the state that begins their incident.
    private var pending: [(row: EventRow, subject: Incident.Subject, moment: Moment)] = []
    /// The latest time of an event or a state. Events carry a more recent time than the last tick.
    private var latest: Duration = .zero

    /// When the last silence of all clusters ended; nil while they are silent.
    private var silenceEnded: Duration?

    /// The incidents that are not closed.
    var open: Int { incidents.count(where: \.isOpen) }

    /// The incidents to show: the open ones first, then the others, the newest first.
    var sorted: [Incident] {
        incidents.reversed().filter(\.isOpen) + incidents.reversed().filter { !$0.isOpen }
    }

    // MARK: Events

    /// Takes in an event.
    mutating func record(_ row: EventRow, at now: Moment) {
        latest = max(latest, now.uptime)
        guard let subject = subject(of: row) else { return addNote(row, at: now) }
        if row.beginsIncident {
            let index = index(of: subject, beginsWith: row) ?? begin(subject, at: now)
            incidents[index].add(row)
            incidents[index].recordProblem()
        } else if row.trace == .symptom, row.severity != .info {
            if isOpen(subject), let index = newest(subject, endedWithin: .zero) {
                incidents[index].add(row)
            } else {
                pending.append((row, subject, now))
                if pending.count > Self.capacity { pending.removeFirst() }
            }
        } else if let index = newest(subject, endedWithin: Self.afterword) {
            incidents[index].add(row)
        } else {
            addNote(row, at: now)
        }
    }

    private func subject(of row: EventRow) -> Incident.Subject? {
        switch row.trace {
        case .otherRing?: return .ring
        case .silence?: return .network
        default: break
        }
        guard let cluster = row.cluster else { return nil }
        return !isOpen(.cluster(cluster)) && isOpen(.network) ? .network : .cluster(cluster)
    }

    /// Returns the incident that an event continues.
    private func index(of subject: Incident.Subject, beginsWith row: EventRow) -> Int? {
        if let index = newest(subject, endedWithin: Self.relapse) { return index }
        // Repeated losses are one incident. The first repetition is joined when it ends, because its cause may become known before.
        guard row.kind == .lost, let index = newest(subject, endedWithin: Self.flapping) else { return nil }
        return incidents[index].evidence.cycles > 1 && !incidents[index].evidence.hasCause ? index : nil
    }

    /// Adds a warning or an error that belongs to no incident.
    private mutating func addNote(_ row: EventRow, at now: Moment) {
        switch (row.severity, row.kind) {
        case (.info, _), (_, .retrying), (_, .interrupted): return
        default: break
        }
        let same = incidents.lastIndex { incident in
            guard case .note = incident.subject, let last = incident.rows.last else { return false }
            return last.repeats(row) && now.uptime - incident.began.uptime < Self.sameNote
        }
        if let same {
            var incident = incidents.remove(at: same)
            incident.repeatNote(row, at: now)
            incidents.append(incident)
        } else {
            incidents[begin(.note(nextID), severity: row.severity, at: now)].add(row)
        }
    }

    // MARK: States

    /// Takes in the present problems.
    mutating func update(_ trouble: Trouble, at moment: Moment) {
        latest = max(latest, moment.uptime)
        let now = Moment(
            uptime: latest,
            epochSeconds: moment.epochSeconds + (latest - moment.uptime).components.seconds,
            utcOffset: moment.utcOffset
        )
        updateNetwork(trouble, at: now)
        updateClusters(trouble, at: now)
        updateRing(trouble, at: now)
        addPending()
    }

    /// Adds the symptoms to the incidents that their states began. Those without such a state become notes.
    private mutating func addPending() {
        guard !pending.isEmpty else { return }
        let waiting = pending
        pending = []
        for symptom in waiting {
            if let index = newest(symptom.subject, endedWithin: .zero) ?? newest(.network, endedWithin: .zero) {
                incidents[index].add(symptom.row)
            } else if latest - symptom.moment.uptime >= Self.relapse {
                addNote(symptom.row, at: symptom.moment)
            } else {
                pending.append(symptom)
            }
        }
    }

    private mutating func updateNetwork(_ trouble: Trouble, at now: Moment) {
        if let since = trouble.silentSince {
            silenceEnded = nil
            if newest(.network, endedWithin: Self.relapse) == nil { _ = begin(.network, at: now) }
            absorbClusters(silentSince: since)
        }
        guard let index = newest(.network, endedWithin: trouble.silentSince == nil ? .zero : Self.relapse) else { return }
        let disconnected = disconnected(trouble)
        if trouble.silentSince != nil {
            incidents[index].update(disconnected ?? ClusterTrouble(), at: latest)
            return
        }
        let end = silenceEnded ?? latest
        silenceEnded = end
        if let disconnected, latest - end < Self.recovery {
            incidents[index].update(disconnected, at: latest)
        } else {
            // A cluster that is still disconnected has a problem of its own.
            incidents[index].recordRecovery(since: disconnected == nil ? nil : end, at: latest, settling: Self.settling)
        }
    }

    /// Adds the incidents of clusters that the silence explains to the incident of the network.
    private mutating func absorbClusters(silentSince since: Duration) {
        let explained = incidents.filter { incident in
            guard case .cluster = incident.subject else { return false }
            return incident.isOpen && incident.began.uptime >= since - Self.sameTime && !incident.evidence.excludesNetwork
        }
        guard !explained.isEmpty else { return }
        let ids = Set(explained.map(\.id))
        incidents.removeAll { ids.contains($0.id) }
        guard let index = newest(.network, endedWithin: Self.relapse) else { return }
        for incident in explained { incidents[index].absorb(incident) }
    }

    /// Returns the lost connections of all clusters without an incident of their own; nil if there are none.
    private func disconnected(_ trouble: Trouble) -> ClusterTrouble? {
        let clusters = trouble.clusters.sorted { $0.key < $1.key }
            .filter { $0.value.isDisconnected && !isOpen(.cluster($0.key)) }.map(\.value)
        guard !clusters.isEmpty else { return nil }
        var all = ClusterTrouble()
        for cluster in clusters {
            all.isDown = all.isDown || cluster.isDown
            all.downTime = max(all.downTime, cluster.downTime)
            all.missing += cluster.missing
            all.total += cluster.total
            all.cause = all.cause ?? cluster.cause
        }
        return all
    }

    private mutating func updateClusters(_ trouble: Trouble, at now: Moment) {
        let hasNetwork = isOpen(.network)
        for (cluster, trouble) in trouble.clusters.sorted(by: { $0.key < $1.key }) {
            // The incident of the network covers clusters without an older incident.
            if hasNetwork, !isOpen(.cluster(cluster)) { continue }
            let known = index(of: cluster, with: trouble)
            guard known != nil || trouble.beginsIncident else { continue }
            let began = Moment(
                uptime: now.uptime - trouble.age,
                epochSeconds: now.epochSeconds - trouble.age.components.seconds,
                utcOffset: now.utcOffset
            )
            incidents[known ?? begin(.cluster(cluster), at: began)].update(trouble, at: latest)
        }
        var closed: [Int] = []
        for index in incidents.indices {
            guard case .cluster(let cluster) = incidents[index].subject, incidents[index].isOpen,
                trouble.clusters[cluster] == nil
            else { continue }
            incidents[index].recordRecovery(at: latest, settling: Self.settling)
            if !incidents[index].isOpen { closed.append(incidents[index].id) }
        }
        for id in closed { joinRepetition(id) }
    }

    /// Returns the incident that the trouble of a cluster belongs to.
    private func index(of cluster: Int, with trouble: ClusterTrouble) -> Int? {
        if let index = newest(.cluster(cluster), endedWithin: Self.relapse) { return index }
        // The server that is gone or silent can be the cause of earlier losses.
        guard trouble.concernsNodes, let index = newest(.cluster(cluster), endedWithin: Self.lateCause) else { return nil }
        let evidence = incidents[index].evidence
        return !evidence.hasCause || evidence.explains(trouble) ? index : nil
    }

    private mutating func updateRing(_ trouble: Trouble, at now: Moment) {
        let misrouted = trouble.misrouted.flatMap { latest - $0.last < Self.relapse ? $0 : nil }
        let open = newest(.ring, endedWithin: .zero)
        guard !trouble.programs.isEmpty || (misrouted != nil && (trouble.explanation != nil || open != nil)) else {
            guard let open else { return }
            // A program is still remembered when it has stopped. So the incident ends with the last misrouted message, unless that
            // message belongs to an earlier problem.
            let last = trouble.misrouted.map(\.last).flatMap { last in
                last >= incidents[open].began.uptime && latest - last < Self.lateCause ? last : nil
            }
            incidents[open].recordRecovery(since: last, at: latest, settling: Self.settling)
            return
        }
        let index = newest(.ring, endedWithin: Self.lateCause) ?? begin(.ring, at: now)
        if let first = misrouted?.first, first < incidents[index].began.uptime {
            let seconds = (now.uptime - first).components.seconds
            incidents[index].begin(
                at: Moment(uptime: first, epochSeconds: now.epochSeconds - seconds, utcOffset: now.utcOffset)
            )
        }
        incidents[index].update(ring: trouble)
    }

    /// Joins an incident that has just closed with the previous one of its cluster, if connections are lost repeatedly and the cause
    /// is not known.
    private mutating func joinRepetition(_ id: Int) {
        guard let last = incidents.lastIndex(where: { $0.id == id }), incidents[last].canRepeat else { return }
        let (subject, start) = (incidents[last].subject, incidents[last].began.uptime)
        let previous = incidents.lastIndex { incident in
            guard incident.id != id, incident.subject == subject, incident.canRepeat, let ended = incident.ended else {
                return false
            }
            return ended <= start && start - ended <= Self.flapping
        }
        guard let previous else { return }
        let earlier = incidents[previous]
        incidents[last].absorb(earlier)
        incidents.remove(at: previous)
    }

    // MARK: Finding

    private func isOpen(_ subject: Incident.Subject) -> Bool { newest(subject, endedWithin: .zero) != nil }

    /// Returns the newest incident of a subject that is open, or ended within this time.
    private func newest(_ subject: Incident.Subject, endedWithin time: Duration) -> Int? {
        guard let index = incidents.lastIndex(where: { $0.subject == subject }) else { return nil }
        guard let ended = incidents[index].ended else { return index }
        return time > .zero && latest - ended <= time ? index : nil
    }

    private mutating func begin(
        _ subject: Incident.Subject,
        severity: EventRow.Severity = .error,
        at now: Moment
    ) -> Int {
        incidents.append(Incident(id: nextID, subject: subject, severity: severity, began: now))
        nextID += 1
        if incidents.count > Self.capacity {
            let oldest = incidents.firstIndex { !$0.isOpen } ?? 0
            incidents.remove(at: oldest)
        }
        return incidents.count - 1
    }
}

extension Incident {
    /// Whether connections were lost and the cause is not known.
    fileprivate var canRepeat: Bool { !evidence.hasCause && evidence.losses > 0 }
}
