import ConsistentHashing
import NATSWire
import Settings
import TerminalUI

/// What does not change while the console runs: which deployment it shows, and what may be done with it.
struct Deployment: Sendable {
    /// The profile's name.
    let name: String
    let environment: Profile.Environment
    /// Why nothing may be published, or nil if it may.
    let publishRefusal: SafeText?
    /// Why nothing may be subscribed to, or nil if it may.
    let subscribeRefusal: SafeText?
    /// Whether some server is believed whoever answers in its place.
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

/// Where the messages of a topic go, or why the text is no topic.
enum TopicRoute: Hashable {
    /// One topic, and the cluster that owns it.
    case topic(hash: UInt64, cluster: Int)
    /// A pattern, which is subscribed to on every cluster.
    case pattern
    /// Neither; the reason says what to change.
    case invalid(SafeText)

    /// Looks a topic or pattern up.
    init(_ text: String, on ring: HashRing) {
        do {
            let subject = try Subject.pattern(text)
            if subject.isWildcard {
                self = .pattern
            } else {
                let lookup = ring.lookup(of: text)
                self = .topic(hash: lookup.hash, cluster: lookup.index)
            }
        } catch {
            self = .invalid(Self.reason(error, in: text))
        }
    }

    /// Names the byte that is to blame where there is one: "a control character" helps nobody find a tab.
    private static func reason(_ error: WireError, in text: String) -> SafeText {
        guard error.code == .invalidSubjectByte,
            let position = text.utf8.enumerated().first(where: { $0.element <= 0x20 || $0.element == 0x7F })
        else { return SafeText(untrusted: error.message) }
        let name: SafeText =
            switch position.element {
            case UInt8(ascii: " "): "a space"
            case UInt8(ascii: "\t"): "a tab"
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): "a line break"
            default: "a control character"
            }
        return "\(name) at position \(position.offset + 1); a topic has only visible characters"
    }
}
