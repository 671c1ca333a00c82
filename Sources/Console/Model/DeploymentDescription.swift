import ConsistentHashing
import Settings
import TerminalUI

/// What does not change while the console shows a profile: the deployment, and what may be done with it.
struct DeploymentDescription: Sendable {
    /// The profile's name.
    let name: String
    let environment: Profile.Environment
    /// Why nothing may be published, or nil if it may.
    let publishRefusal: SafeText?
    /// Why nothing may be subscribed to, or nil if it may.
    let subscribeRefusal: SafeText?
    /// Whether the certificate of some server is not verified.
    let skipsVerification: Bool
    /// Whether any cluster has a monitoring URL.
    let hasMonitors: Bool
    /// The monitoring URL of each cluster, in ring order.
    let monitors: [String?]
    /// Whether what is typed and sent is kept for the next runs.
    let keepsHistory: Bool
    /// What is watched from the start.
    let watch: [String]
    let ring: HashRing
    /// Names of the clusters in ring order.
    let clusterNames: [String]

    init(profile: Profile, ring: HashRing, clusterNames: [String]) {
        name = profile.name
        environment = profile.environment
        skipsVerification = profile.skipsVerification
        monitors = profile.servers.map { $0.monitor?.description }
        hasMonitors = profile.servers.contains { $0.monitor != nil }
        keepsHistory = profile.keepsHistory
        watch = profile.watch
        self.ring = ring
        self.clusterNames = clusterNames
        publishRefusal =
            if !profile.allowPublish {
                "this profile is read-only; set allow_publish = true in its configuration to publish"
            } else if profile.role == .subscriber {
                "this profile has the role subscriber; use the role both to publish"
            } else {
                nil
            }
        subscribeRefusal =
            profile.role == .publisher ? "this profile has the role publisher; use the role both to subscribe" : nil
    }

    /// The name of a cluster, made safe.
    func clusterName(_ index: Int) -> SafeText {
        clusterNames.indices.contains(index) ? SafeText(untrusted: clusterNames[index], maximumBytes: 256) : "?"
    }

    /// How the ring names the clusters, in a word.
    var namingLabel: SafeText { ring.naming == .index ? "by index" : "by name" }
}
