import NATSMonitoring
import Settings

/// Where the console learns what the servers of a cluster say about themselves.
struct MonitoringSources: Sendable, Hashable {
    /// Whether a connection with the login of the system account is made.
    var hasSystemAccount = false
    /// The monitoring URLs.
    var urls: [String] = []

    var isEmpty: Bool { !hasSystemAccount && urls.isEmpty }
}

extension MonitoringSources {
    /// The sources of a cluster of a profile.
    init(_ server: ProfileServer, of profile: Profile) {
        hasSystemAccount = (server.systemLogin ?? profile.systemLogin) != nil
        urls = server.monitors.map(\.description)
    }
}
