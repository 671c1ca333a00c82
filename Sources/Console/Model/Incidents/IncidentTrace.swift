import TerminalUI

/// What an event means for an incident, besides its text.
enum IncidentTrace: Sendable, Hashable {
    /// Something is wrong with the cluster of the event, which its state shows too. The state begins the incident.
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
    /// Whether the event begins an incident. Others only belong to one.
    var beginsIncident: Bool {
        guard severity != .info else { return false }
        return switch trace {
        case .leaving, .otherRing, .silence: true
        case .symptom, .missed: false
        case nil: kind == .lost || kind == .lameDuck
        }
    }
}
