import TerminalUI

/// One line of the Events view.
struct EventRow: Sendable, Hashable, Identifiable {
    enum Severity: Sendable, Hashable, CaseIterable {
        case info, warning, error
    }

    /// What happened. Rows of one kind with one cluster and one detail are shown as one, with their number.
    enum Kind: Sendable, Hashable {
        case connected, lost, retrying, serverError, lameDuck, closed
        case slowConsumer, interrupted, resumed, missed
        /// Something the operator did, or that went wrong in the console itself.
        case note
    }

    /// Given by the log, unique.
    var id = 0
    /// Seconds since 1970-01-01 00:00 UTC.
    var epochSeconds: Int64 = 0
    let severity: Severity
    let kind: Kind
    /// The cluster it happened with.
    let cluster: Int?
    /// The connection it happened on, such as `publisher 3`.
    let connection: SafeText?
    /// The cause, or all there is to say.
    let detail: SafeText
    /// At most this many messages are not confirmed.
    var unconfirmed: UInt64 = 0
    /// How often it happened in a row.
    var count = 1

    init(
        _ kind: Kind,
        _ severity: Severity,
        cluster: Int? = nil,
        connection: SafeText? = nil,
        detail: SafeText,
        unconfirmed: UInt64 = 0
    ) {
        self.kind = kind
        self.severity = severity
        self.cluster = cluster
        self.connection = connection
        self.detail = detail
        self.unconfirmed = unconfirmed
    }

    /// What happened, in one line.
    var text: SafeText {
        switch kind {
        case .connected: "\(subject) up, server \(detail)"
        case .lost: "\(subject) lost: \(detail)" + unconfirmedText
        case .retrying: count == 1 ? "reconnecting: \(detail)" : "reconnecting, \(count) tries: \(detail)"
        case .closed: "\(subject) closed\(detail)"
        case .serverError, .lameDuck, .slowConsumer, .interrupted, .resumed, .missed, .note:
            count == 1 ? detail : "\(detail) (\(count) times)"
        }
    }

    /// The same in shorter forms for where there is less room: which server it is comes first.
    var forms: [SafeText] { kind == .connected ? [text, "\(subject) up: \(detail)", "up: \(detail)"] : [text] }

    private var subject: SafeText { count == 1 ? connection ?? "connection" : "\(count) connections" }

    private var unconfirmedText: SafeText {
        unconfirmed == 0 ? .empty : ", up to \(unconfirmed) messages not confirmed"
    }

    /// Whether the two say the same of the same cluster.
    func repeats(_ other: EventRow) -> Bool {
        kind == other.kind && cluster == other.cluster && detail == other.detail
    }
}
