import NATSMonitoring
import Roulette
import TerminalUI

/// The present problems of a cluster.
struct ClusterTrouble: Sendable, Hashable {
    /// Whether no connection is up.
    var isDown = false
    /// How long no connection has been up.
    var downTime: Duration = .zero
    /// The connections that are lost, and all.
    var missing = 0
    var total = 0
    /// The last error of the lost connections.
    var cause: SafeText?
    /// The names of servers that other servers no longer announce.
    var gone: [SafeText] = []
    /// The addresses of such servers whose names are not known, because no connection ever led to them.
    var goneAddresses: [SafeText] = []
    /// The names of servers that do not answer.
    var silent: [SafeText] = []
    /// The pairs of servers without a route.
    var gaps: [SafeText] = []
    /// The routes on which canary messages are lost.
    var undelivered: [SafeText] = []
    /// The wrong cluster that the load balancer leads to.
    var alarm: SafeText?
    /// The idle timeout of the load balancer.
    var idleTimeout: SafeText?
    /// The time since the first of these began, as far as it is known.
    var age: Duration = .zero

    /// Whether connections are lost. A network that fails can be the cause.
    var isDisconnected: Bool { isDown || missing > 0 }

    var exists: Bool { isDown || missing > 0 || concernsNodes || alarm != nil || idleTimeout != nil }

    /// Whether a server or a route between servers has a problem.
    var concernsNodes: Bool { !(gone.isEmpty && goneAddresses.isEmpty && silent.isEmpty && gaps.isEmpty && undelivered.isEmpty) }

    /// A connection that has been down for a shorter time is no incident, unless it was lost: it may still be in its first attempt.
    static let leastAge: Duration = .seconds(2)

    /// Whether the state begins an incident without an event.
    var beginsIncident: Bool { concernsNodes || alarm != nil || idleTimeout != nil || age >= Self.leastAge }

    init() {}

    init(_ row: ClusterRow) {
        isDown = row.state == .down
        downTime = isDown ? row.stateDuration : .zero
        total = row.connections.count
        // A connection that is not up for the first time yet has no error.
        let lost = row.connections.filter { !$0.isUp && $0.lastError != nil }
        missing = lost.count
        cause = row.lastError.map { SafeText(untrusted: $0, maximumBytes: 256) }
        let absent = row.nodes.all.filter { $0.state == .gone }
        gone = absent.compactMap { $0.server.map { Self.name($0.name) } }
        goneAddresses = absent.filter { $0.server == nil }.map { Self.name($0.label) }
        silent = row.silent.map { Self.name($0.name) }
        gaps = row.missingRoutes.map { SafeText($0) }
        let failures = row.canary?.failures ?? []
        undelivered = failures.map { "\(Self.name($0.route.from.name)) to \(Self.name($0.route.to.name))" }
        alarm = row.alarms.first.map { SafeText(untrusted: $0.description, maximumBytes: 256) }
        idleTimeout = row.idleTimeout.map { SafeText(untrusted: $0.description, maximumBytes: 256) }
        let ages = lost.map(\.stateDuration) + absent.map(\.stateDuration) + failures.compactMap(\.failingFor)
        age = max(ages.max() ?? .zero, downTime)
    }

    private static func name(_ text: String) -> SafeText { SafeText(untrusted: text, maximumBytes: 64) }
}

/// The present problems of the deployment.
struct Trouble: Sendable {
    /// By position on the ring; only clusters with a problem.
    var clusters: [Int: ClusterTrouble] = [:]
    /// When all clusters became silent, if they did so at the same moment; nil otherwise.
    var silentSince: Duration?
    /// The programs that have another ring.
    var programs: [SafeText] = []
    /// The order of the clusters that explains misrouted messages.
    var explanation: SafeText?
    /// When the first and the last misrouted message were received, by the uptime.
    var misrouted: (first: Duration, last: Duration)?

    init() {}

    init(_ data: DashboardData) {
        for row in data.clusters {
            let trouble = ClusterTrouble(row)
            if trouble.exists { clusters[row.id] = trouble }
        }
        silentSince = data.silence.ownNetworkSince
        programs = data.fleet.contradicting
        // The number of programs with another ring is another part of the incident's text.
        explanation = data.fleet.misrouting?.explanation(data.deployment)
        misrouted = data.traffic.misrouted.series.map { (.seconds($0.first), .seconds($0.last)) }
    }
}
