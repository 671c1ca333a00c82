import NATSMonitoring
import Roulette
import RouletteNATS

/// The state of one cluster. A plain value, so that tests draw views without a client.
struct ClusterRow: Sendable, Identifiable {
    /// The number of connections of one role.
    struct Pool: Sendable, Hashable {
        var up = 0
        var total = 0
    }

    /// The cluster's position on the ring.
    var id: Int
    /// The configured name or the address.
    var name: String
    /// The `host:port` of the load balancer.
    var address: String
    var state = ClusterSnapshot.State.connecting
    /// The time since the state last changed.
    var stateDuration: Duration = .zero
    var publishers = Pool()
    var subscribers = Pool()
    /// The median of the connections' median round trips of the last minute.
    var roundTripP50: Duration?
    /// The maximum of the connections' 99th percentiles of the last minute.
    var roundTripP99: Duration?
    /// The cluster's share of the key space, 0 to 1.
    var ringShare = 0.0
    /// The number of subscriptions of all connections.
    var subscriptions = 0
    /// The maximum number of published messages that were lost with connections.
    var lost: UInt64 = 0
    /// The maximum number of attempts of a connection since it was lost.
    var attempt = 0
    /// The time until the first connection tries again.
    var nextAttempt: Duration?
    /// The maximum number of consecutive unanswered PINGs of a connection.
    var pingMisses = 0
    /// The number of unanswered PINGs after which a connection counts as lost.
    var maxPingFailure = 2
    /// The cause of the last loss or failed attempt. It can contain text of a peer.
    var lastError: String?
    /// What limits the number of connections, if that is the cause of the last failed attempt.
    var connectionLimit: NATSError.ConnectionLimit?
    /// The smallest `max_payload` of the servers, headers included; nil before a server has answered.
    var maxPayload: Int?
    /// The pool, publishers first.
    var connections: [ConnectionRow] = []
    /// The servers of the cluster, as their INFO describes them.
    var nodes = ClusterNodes.none
    /// The alarms about the load balancer of the cluster.
    var alarms: [IdentityAlarm] = []
    /// The number of connections that would have to move to other servers, so that all have about the same number.
    var surplusConnections = 0
    /// The number of connections that were lost within the last hour.
    var lossesInLastHour = 0
    /// The idle timeout of the load balancer that explains the losses.
    var idleTimeout: IdleTimeout?

    /// What the canary messages show; nil without a canary.
    var canary: CanaryStatus?
    /// The servers that do not answer questions, although their cluster knows them.
    var silent: [SilentServers.Server] = []
    /// The pairs of servers without a route.
    var missingRoutes: [RouteMesh.Gap] = []

    /// Whether a message can be sent to the cluster now.
    var isReachable: Bool {
        switch state {
        case .up, .degraded, .stale: true
        case .connecting, .down: false
        }
    }
}
