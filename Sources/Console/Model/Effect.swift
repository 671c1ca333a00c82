import NATSWire

/// What ``update(_:_:)`` asks to be done outside. What comes of it returns as a ``ConsoleEvent``.
enum Effect: Sendable, Hashable {
    case quit
    /// See whether a profile can be switched to.
    case checkProfile(String)
    /// Show another profile in place of this one.
    case switchProfile(String)
    /// Lend the terminal to the shell.
    case suspend
    /// Paint everything anew, whatever the terminal is believed to show.
    case redraw
    case setMouse(Bool)
    /// Ask how the servers of the demo are.
    case lookAtDemo
    /// Stop or start a server of the demo.
    case demo(DemoAction, node: String)
    case subscribe(id: Int, SubscriptionRequest)
    case unsubscribe(id: Int)
    case publish(id: Int, PublishRequest)
    /// Make the connections of a cluster, or of all, anew.
    case reconnect(cluster: Int?)
    case loadTheme(String)
    /// Load a theme to look at, while a prompt points at it.
    case previewTheme(String)
    /// The theme that follows in the list of all.
    case loadNextTheme(after: String)
}

/// A message to publish.
struct PublishRequest: Sendable, Hashable {
    let topic: String
    var headers: Headers?
    let body: String

    /// Bytes that count against the server's `max_payload`.
    var size: Int { (headers?.encodedSize ?? 0) + body.utf8.count }
}

/// How far a message has come.
enum PublishProgress: Sendable, Hashable {
    /// The connection took it.
    case accepted
    /// The server answered to a PING sent after it.
    case confirmed(after: Duration)
    /// It failed, before or after it was accepted. The reason may hold text of a peer.
    case failed(String)
}

/// What became of a subscription.
enum SubscriptionProgress: Sendable, Hashable {
    /// It is made.
    case active
    /// It ended by itself; the reason may hold text of a peer. Nil for a subscription that had its fill.
    case ended(String?)
    /// It has dropped this many messages so far.
    case dropped(UInt64)
}
