import TerminalUI

/// How an event concerns incidents.
enum IncidentTrace: Sendable, Hashable {
    /// The event reports a problem that the state of the cluster also shows. The state begins the incident.
    case symptom
    /// A server asks its clients to leave, or has stopped.
    case leaving(server: SafeText, isShutDown: Bool)
    /// A subscription missed the messages of this time.
    case missed(pattern: SafeText, Duration)
    /// Programs have another ring.
    case otherRing
    /// All clusters are silent.
    case silence
}

extension EventRow {
    /// Whether the event begins an incident. Other events are only added to an incident that exists.
    var beginsIncident: Bool {
        guard severity != .info else { return false }
        return switch trace {
        case .leaving, .otherRing, .silence: true
        case .symptom, .missed: false
        case nil: kind == .lost || kind == .lameDuck
        }
    }
}
