import Roulette
import Settings
import TerminalUI

/// The data that all views show.
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
    /// What the events and the states of the clusters are folded into.
    var incidents = IncidentLog()
    /// Whether the state has changed since the incidents were updated.
    private(set) var hasNewState = false
    /// When the console began to show this profile, by the uptime.
    let shownSince: Duration
    var subscriptions: [SubscriptionRow] = []
    /// What the servers say about themselves.
    var servers: ServerMonitoring
    /// The programs of the deployment.
    var fleet = FleetMonitoring()
    /// The profiles to switch to.
    var profileNames: [String] = []
    /// The state of the demo; nil outside the demo.
    var demo: DemoState?
    /// The available themes.
    var themeNames: [String] = []
    /// The topic of the last `:route`. The Ring view shows its position.
    var routedTopic: String?
    /// Whether all clusters became silent at the same moment.
    var silence = SilenceWatch()
    /// The rate of messages that the tail counts without showing them.
    var tailRate = TailRate()

    init(deployment: DeploymentDescription, keys: KeyMap, theme: Theme, now: Moment = Moment()) {
        self.deployment = deployment
        self.now = now
        shownSince = now.uptime
        self.keys = keys
        self.theme = theme
        fingerprint = RingFingerprint(text: deployment.ring.fingerprint)
        servers = ServerMonitoring(sources: deployment.monitoring)
        clusters = deployment.clusterNames.enumerated().map { index, name in
            ClusterRow(id: index, name: name, address: "", ringShare: deployment.ring.shares[index].fraction)
        }
    }

    /// Adds the problems that the servers' answers show to the clusters.
    mutating func addServerProblems() {
        for index in clusters.indices where servers.clusters.indices.contains(clusters[index].id) {
            let monitoring = servers.clusters[clusters[index].id]
            clusters[index].silent = monitoring.silent
            clusters[index].missingRoutes = monitoring.missingRoutes
        }
    }

    /// Marks the state as changed. The next frame updates the incidents, so that a flood of events costs one update.
    mutating func noteNewState() {
        hasNewState = true
    }

    /// Opens and closes incidents by the present problems.
    mutating func updateIncidents() {
        hasNewState = false
        incidents.update(Trouble(self), at: now)
    }

    /// Returns the traffic of a cluster.
    func traffic(of cluster: Int) -> ClusterTraffic {
        traffic.clusters.indices.contains(cluster) ? traffic.clusters[cluster] : ClusterTraffic()
    }

    /// The messages that all subscriptions dropped because the console was too slow.
    var dropped: UInt64 { subscriptions.reduce(0) { $0 + $1.dropped } }

    /// Whether a login was sent over a network in plain text although the configuration does not allow it.
    var isLoginExposed: Bool { clusters.contains { $0.connections.contains(where: \.isLoginExposed) } }

    /// The number of clusters in total and in each state.
    var clusterSummary: SafeText {
        "\(SafeText.counted(clusters.count, "cluster")): \(clusterStates)"
    }

    /// The number of clusters in each state, the best state first. States without a cluster are left out.
    var clusterStates: SafeText {
        let counts = ClusterSnapshot.State.allCases.compactMap { state -> SafeText? in
            let count = clusters.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.word)"
        }
        return counts.joined(separator: ", ")
    }

    /// The time since the last cluster became unreachable; nil if a cluster is reachable or still connecting.
    var outage: Duration? {
        guard clusters.allSatisfy({ !$0.isReachable && $0.state != .connecting }) else { return nil }
        return clusters.map(\.stateDuration).min()
    }
}
