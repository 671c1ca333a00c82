import DequeModule
import TerminalUI

/// A problem with one cause: its events, its duration, and what was lost.
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

    /// The maximum number of events that are kept while the incident is open.
    static let rowCapacity = 64
    /// The maximum number of events of a closed incident. There can be hundreds of closed incidents.
    static let closedRowCapacity = 16
    /// The number of first events that are always kept, because they show the cause.
    private static let firstRows = 4

    let id: Int
    let subject: Subject
    let severity: EventRow.Severity
    private(set) var began: Moment
    /// When it ended, by the uptime; nil while it is open.
    private(set) var ended: Duration?
    /// When its problem disappeared, while it is open.
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

    /// The cluster that the incident is about; nil if it is about several or none.
    var cluster: Int? {
        switch subject {
        case .cluster(let index): index
        case .note: rows.last?.cluster
        case .network, .ring: nil
        }
    }

    /// Returns how long the incident lasted or, if it is open, how long it has lasted so far.
    func length(at now: Duration) -> Duration {
        max(.zero, (ended ?? quietSince ?? now) - began.uptime)
    }

    // MARK: Changes

    /// Adds an event.
    mutating func add(_ row: EventRow) {
        evidence.add(row)
        if let last = rows.last, last.repeats(row) {
            rows[rows.count - 1].merge(row)
            return
        }
        rows.append(row)
        dropRows()
    }

    /// Drops events that exceed the capacity: those after the first ones, the oldest first.
    private mutating func dropRows() {
        let excess = rows.count - (isOpen ? Self.rowCapacity : Self.closedRowCapacity)
        guard excess > 0 else { return }
        rows.removeSubrange(Self.firstRows..<Self.firstRows + excess)
        droppedRows += excess
    }

    /// Takes in the present problem of the cluster.
    mutating func update(_ trouble: ClusterTrouble, at now: Duration) {
        evidence.update(trouble, at: now)
        recordProblem()
    }

    mutating func update(ring trouble: Trouble) {
        evidence.update(ring: trouble)
        recordProblem()
    }

    /// Records that the problem exists. A closed incident is open again.
    mutating func recordProblem() {
        if ended != nil { evidence.cycles += 1 }
        (ended, quietSince) = (nil, nil)
    }

    /// Records that the problem does not exist.
    /// - Parameters:
    ///   - since: When it disappeared, if that is known; nil for now.
    ///   - settling: How long there must be no problem before the incident ends.
    mutating func recordRecovery(since: Duration? = nil, at now: Duration, settling: Duration) {
        guard isOpen else { return }
        let start = max(began.uptime, quietSince ?? since ?? now)
        quietSince = start
        evidence.endDownTime(at: start)
        guard now - start >= settling else { return }
        ended = start
        dropRows()
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
        rows = Deque((other.rows + rows).sorted { $0.epochSeconds < $1.epochSeconds })
        droppedRows += other.droppedRows
        dropRows()
    }
}
