import TerminalUI

/// One line of the Events view.
struct EventRow: Sendable, Hashable, Identifiable {
    enum Severity: Sendable, Hashable, CaseIterable {
        case info, warning, error
    }

    /// The kind of event. Consecutive events with the same kind, cluster and detail are shown as one row with a count.
    enum Kind: Sendable, Hashable {
        case connected, moved, lost, retrying, serverError, lameDuck, closed
        case slowConsumer, interrupted, resumed, missed
        /// An action of the operator, or a failure in the console itself.
        case note
    }

    /// A unique number, assigned by the log.
    var id = 0
    /// Seconds since 1970-01-01 00:00 UTC.
    var epochSeconds: Int64 = 0
    private(set) var severity: Severity
    let kind: Kind
    /// The cluster of the event.
    let cluster: Int?
    /// The connection of the event; nil if several events with different connections are one row.
    private(set) var connection: ConnectionRow.ID?
    /// The cause, or the whole text of the event.
    let detail: SafeText
    /// The maximum number of unconfirmed messages.
    var unconfirmed: UInt64 = 0
    /// The number of repetitions.
    var count = 1
    /// What the event means for an incident.
    var trace: IncidentTrace?
    /// The server of a connection that is up.
    var server: SafeText?
    /// When it happened, if that is known better than by the last tick.
    var moment: Moment?

    init(
        _ kind: Kind,
        _ severity: Severity,
        cluster: Int? = nil,
        connection: ConnectionRow.ID? = nil,
        detail: SafeText,
        unconfirmed: UInt64 = 0,
        trace: IncidentTrace? = nil
    ) {
        self.trace = trace
        self.kind = kind
        self.severity = severity
        self.cluster = cluster
        self.connection = connection
        self.detail = detail
        self.unconfirmed = unconfirmed
    }

    /// The event in one line.
    var text: SafeText {
        switch kind {
        case .connected: "\(subject) up, server \(detail)"
        case .moved: "\(subject) moved to \(detail)" + unconfirmedText
        case .lost: "\(subject) lost: \(detail)" + unconfirmedText
        case .retrying: count == 1 ? "reconnecting: \(detail)" : "reconnecting, \(count) tries: \(detail)"
        case .closed: detail.isEmpty ? "\(subject) closed" : "\(subject) closed, \(detail)"
        case .serverError, .lameDuck, .slowConsumer, .interrupted, .resumed, .missed, .note:
            count == 1 ? detail : "\(detail) (\(count) times)"
        }
    }

    /// The text, followed by shorter forms for narrow columns.
    var forms: [SafeText] { kind == .connected ? [text, "\(subject) up: \(detail)", "up: \(detail)"] : [text] }

    private var subject: SafeText { count == 1 ? connection?.label ?? "connection" : "\(count) connections" }

    private var unconfirmedText: SafeText {
        switch unconfirmed {
        case 0: .empty
        default: ", up to \(SafeText.counted(unconfirmed, "message")) not confirmed"
        }
    }

    /// Returns whether two events have the same kind, cluster and detail.
    func repeats(_ other: EventRow) -> Bool {
        kind == other.kind && cluster == other.cluster && detail == other.detail
    }

    /// Takes in a later event that repeats this one. The row keeps its number.
    mutating func merge(_ later: EventRow) {
        count += later.count
        unconfirmed += later.unconfirmed
        severity = max(severity, later.severity)
        if connection != later.connection { connection = nil }
        if server != later.server { server = nil }
        epochSeconds = later.epochSeconds
        moment = later.moment ?? moment
        trace = later.trace ?? trace
    }
}
