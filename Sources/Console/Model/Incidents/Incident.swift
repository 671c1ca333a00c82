import DequeModule
import TerminalUI

/// What one cause did, in one line: its events, how long it lasted, and what was lost.
struct Incident: Sendable, Identifiable {
    /// What an incident is about. There is at most one open incident of a subject.
    enum Subject: Sendable, Hashable {
        case cluster(Int)
        /// All clusters at once.
        case network
        /// The rings of programs.
        case ring
        /// One event that has no duration, by the number of the incident.
        case note(Int)
    }

    /// The maximum number of events that are kept.
    private static let rowCapacity = 64

    let id: Int
    let subject: Subject
    let severity: EventRow.Severity
    private(set) var began: Moment
    /// When it ended, by the uptime; nil while it is open.
    private(set) var ended: Duration?
    /// Since when nothing is wrong, while it is open.
    private(set) var quietSince: Duration?
    private(set) var evidence = IncidentEvidence()
    /// The events, the oldest first.
    private(set) var rows = Deque<EventRow>()
    /// The number of events that are not kept.
    private(set) var droppedRows = 0

    init(id: Int, subject: Subject, severity: EventRow.Severity = .error, began: Moment) {
        self.id = id
        self.subject = subject
        self.severity = severity
        self.began = began
        if case .note = subject { ended = began.uptime }
    }

    var isOpen: Bool { ended == nil }

    /// The cluster, for incidents of one.
    var cluster: Int? {
        switch subject {
        case .cluster(let index): index
        case .note: rows.last?.cluster
        case .network, .ring: nil
        }
    }

    /// How long it lasted, or has lasted.
    func length(at now: Duration) -> Duration {
        max(.zero, (ended ?? quietSince ?? now) - began.uptime)
    }

    // MARK: Changes

    /// Adds an event.
    mutating func add(_ row: EventRow) {
        evidence.add(row)
        if let last = rows.last, last.repeats(row) {
            var merged = last
            merged.count += 1
            merged.unconfirmed += row.unconfirmed
            merged.epochSeconds = row.epochSeconds
            rows[rows.count - 1] = merged
            return
        }
        rows.append(row)
        if rows.count > Self.rowCapacity {
            // The first events show the cause.
            rows.remove(at: 4)
            droppedRows += 1
        }
    }

    /// Takes in what is wrong with the cluster now.
    mutating func update(_ trouble: ClusterTrouble, at now: Duration) {
        evidence.update(trouble, at: now)
        isWrong()
    }

    mutating func update(ring trouble: Trouble) {
        evidence.update(ring: trouble)
        isWrong()
    }

    /// Records that something is wrong. A closed incident is open again.
    mutating func isWrong() {
        if ended != nil { evidence.cycles += 1 }
        (ended, quietSince) = (nil, nil)
    }

    /// Records that nothing is wrong.
    /// - Parameters:
    ///   - since: When it became so, if that is known better than from this call.
    ///   - settling: How long nothing must be wrong before the incident ends.
    mutating func isWell(since: Duration? = nil, at now: Duration, settling: Duration) {
        guard isOpen else { return }
        let start = max(began.uptime, quietSince ?? since ?? now)
        quietSince = start
        evidence.isUp(at: start)
        if now - start >= settling { ended = start }
    }

    /// Counts a repetition of a note.
    mutating func repeatNote(_ row: EventRow, at now: Moment) {
        add(row)
        (began, ended) = (now, now.uptime)
    }

    /// Moves the beginning back.
    mutating func begin(at moment: Moment) {
        if moment.uptime < began.uptime { began = moment }
    }

    /// Takes in an incident that turned out to have the same cause.
    mutating func absorb(_ other: Incident) {
        begin(at: other.began)
        evidence.absorb(other.evidence)
        for row in other.rows { rows.append(row) }
        rows.sort { $0.epochSeconds < $1.epochSeconds }
        droppedRows += other.droppedRows + max(0, rows.count - Self.rowCapacity)
        if rows.count > Self.rowCapacity { rows.removeFirst(rows.count - Self.rowCapacity) }
    }
}
