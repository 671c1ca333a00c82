public import RouletteNATS

/// A server at one end of a route.
public struct CanaryServer: Sendable, Hashable {
    /// The id of the server process.
    public let id: String
    /// The configured name of the server. Untrusted text.
    public let name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// The way of messages from one server of a cluster to another, or to itself.
public struct CanaryRoute: Sendable, Hashable, Comparable {
    /// The server that messages are published on.
    public let from: CanaryServer
    /// The server that they are received from.
    public let to: CanaryServer

    package init(from: CanaryServer, to: CanaryServer) {
        self.from = from
        self.to = to
    }

    /// Orders routes by the names of their servers.
    public static func < (one: CanaryRoute, other: CanaryRoute) -> Bool {
        (one.from.name, one.from.id, one.to.name, one.to.id) < (other.from.name, other.from.id, other.to.name, other.to.id)
    }
}

/// Whether messages really pass through a cluster, as the canary messages show. See ``RouletteConfiguration/canaryInterval``.
public struct CanaryStatus: Sendable {
    /// A route that connections of this client use.
    public struct Route: Sendable {
        /// Its servers.
        public let route: CanaryRoute
        /// The time from publishing to receiving, of the newest message that arrived.
        public internal(set) var latency: Duration?
        /// The time since the newest message that arrived was published.
        public internal(set) var age: Duration?
        /// The time since the first message that did not arrive was published; nil if all arrive.
        public internal(set) var failingFor: Duration?

        init(route: CanaryRoute) {
            self.route = route
        }
    }

    /// The time from publishing to receiving, over all routes.
    public let latency: ConnectionSnapshot.RoundTrip?
    /// The routes, ordered by the names of their servers. Routes between servers that no connection of this client leads to are
    /// not known.
    public let routes: [Route]
    /// The number of rounds that are complete: every message arrived, or was found missing.
    public let completeRounds: Int
    /// Why the server does not let this user publish or receive canary messages. The canary is off for this cluster then.
    public let refusal: NATSError?

    /// The beginning of the subjects of canary messages. A word for each client follows.
    package static let subjectPrefix = "_roulette.canary"

    /// The routes on which messages do not arrive.
    public var failures: [Route] { routes.filter { $0.failingFor != nil } }
}
