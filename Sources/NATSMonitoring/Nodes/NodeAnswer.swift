/// What one server said about itself, in answers that belong together.
package struct NodeAnswer: Sendable {
    /// The general state. Its id is the identity of the server.
    package let status: ServerStatus
    /// The caller's time when ``status`` arrived.
    package let statusAt: Duration
    /// Whether the server considers itself healthy, or why that is not known.
    package var health: Result<ServerHealth, MonitorError>?
    /// The routes of the same server, or nil if they could not be read.
    package var routes: RouteList?
    /// The caller's time when ``routes`` arrived.
    package var routesAt: Duration = .zero
    /// The connections of the same server, if they were asked for.
    package var connections: Result<ConnectionList, MonitorError>?
    /// The caller's time when ``connections`` arrived.
    package var connectionsAt: Duration = .zero

    package init(status: ServerStatus, at: Duration) {
        self.status = status
        statusAt = at
    }
}

/// Where answers about servers come from.
package enum NodeSource: Sendable, Hashable {
    /// The connection of the system account.
    case systemAccount
    /// A monitoring URL, by its position in the list.
    case url(Int)
}
