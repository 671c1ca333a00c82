import ConsistentHashing
import Settings
import TerminalUI

/// The deployment and the permissions of a profile. They do not change while the console shows the profile.
struct DeploymentDescription: Sendable {
    /// The profile's name.
    let name: String
    let environment: Profile.Environment
    /// The reason why publishing is not allowed; nil if it is allowed.
    let publishRefusal: SafeText?
    /// The reason why subscribing is not allowed; nil if it is allowed.
    let subscribeRefusal: SafeText?
    /// Whether the certificate of at least one server is not verified.
    let skipsVerification: Bool
    /// Where each cluster's servers are asked what they say about themselves, in ring order.
    let monitoring: [MonitoringSources]
    /// Whether the history is saved for later runs.
    let keepsHistory: Bool
    /// The patterns that are watched from the start.
    let watch: [String]
    let ring: HashRing
    /// The names of the clusters in ring order.
    let clusterNames: [String]

    init(profile: Profile, ring: HashRing, clusterNames: [String]) {
        name = profile.name
        environment = profile.environment
        skipsVerification = profile.skipsVerification
        monitoring = profile.servers.map { MonitoringSources($0, of: profile) }
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

    /// Returns the name of a cluster as safe text.
    func clusterName(_ index: Int) -> SafeText {
        clusterNames.indices.contains(index) ? SafeText(untrusted: clusterNames[index], maximumBytes: 256) : "?"
    }

    /// How the ring names the clusters.
    var namingLabel: SafeText { ring.naming == .index ? "by index" : "by name" }
}
