import Roulette
import Settings
import TerminalUI

/// Everything that views show. Filled from outside, read by all views.
struct DashboardData: Sendable {
    let deployment: DeploymentDescription
    var keys: KeyMap
    var theme: Theme
    var now = Moment()
    var clusters: [ClusterRow]
    var fingerprint: RingFingerprint
    var traffic = TrafficSnapshot()
    var tail = TailLog()
    var events = EventList()
    var subscriptions: [SubscriptionRow] = []
    /// What the monitoring URLs say.
    var servers: ServerMonitoring
    /// The profiles that can be switched to.
    var profileNames: [String] = []
    /// The servers of the demo; nil outside of it.
    var demoNodes: DemoNodeList?
    /// The themes that can be chosen.
    var themeNames: [String] = []
    /// The topic that `:route` was asked for last; the Ring view shows where it is.
    var routedTopic: String?
    /// How many messages of the tail are counted and not shown.
    var tailRate = TailRate()

    init(deployment: DeploymentDescription, keys: KeyMap, theme: Theme) {
        self.deployment = deployment
        self.keys = keys
        self.theme = theme
        fingerprint = RingFingerprint(text: deployment.ring.fingerprint)
        servers = ServerMonitoring(monitors: deployment.monitors)
        clusters = deployment.clusterNames.enumerated().map { index, name in
            ClusterRow(id: index, name: name, address: "", ringShare: deployment.ring.shares[index].fraction)
        }
    }

    /// The traffic of a cluster.
    func traffic(of cluster: Int) -> ClusterTraffic {
        traffic.clusters.indices.contains(cluster) ? traffic.clusters[cluster] : ClusterTraffic()
    }

    /// Messages dropped because the console was too slow, over all subscriptions.
    var dropped: UInt64 { subscriptions.reduce(0) { $0 + $1.dropped } }

    /// Whether a login was sent in plain text over a network, unasked.
    var isLoginExposed: Bool { clusters.contains { $0.connections.contains(where: \.isLoginExposed) } }

    /// How many clusters are in each state, the best first, leaving out states that none is in.
    var clusterSummary: SafeText {
        let noun: SafeText = clusters.count == 1 ? "cluster" : "clusters"
        return "\(clusters.count) \(noun): \(clusterStates)"
    }

    /// The same without the sum.
    var clusterStates: SafeText {
        let counts = ClusterSnapshot.State.allCases.compactMap { state -> SafeText? in
            let count = clusters.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.word)"
        }
        return counts.joined(separator: ", ")
    }

    /// For how long no cluster has been reachable, if that is so.
    var outage: Duration? {
        guard clusters.allSatisfy({ !$0.isReachable && $0.state != .connecting }) else { return nil }
        return clusters.map(\.stateDuration).min()
    }
}
