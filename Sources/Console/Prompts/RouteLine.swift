import Roulette
import Settings
import TerminalUI

/// The text that prompts show for a topic while it is typed: its owner, or the reason why it is invalid.
struct RouteLine {
    let text: SafeText
    /// The text without the hash.
    let shortText: SafeText
    /// The state of the owners; nil if the text is not a topic or pattern.
    let owners: (text: SafeText, role: ThemeRole, mark: ClusterSnapshot.State)?
    /// Why the text is not a topic or pattern; nil if it is one.
    let reason: SafeText?
    /// Whether the text becomes a topic or pattern if it is continued.
    let isUnfinished: Bool

    /// The text for a search that is not a topic, such as `ord eu`, while topics of the list match it.
    static let search: SafeText = "not a topic; down and enter take one from the list"

    /// Whether the text is a topic or pattern.
    var isValid: Bool { reason == nil }

    /// - Parameter width: The maximum width of the topic; nil for no maximum.
    init(_ topic: String, _ data: DashboardData, topicWidth width: Int? = nil) {
        let whole = SafeText(untrusted: topic, maximumBytes: 256)
        let shown = width.map { whole.truncated(to: $0) } ?? whole
        switch TopicRoute(topic, on: data.deployment.ring) {
        case .topic(let hash, let cluster):
            shortText = "\(shown) → \(data.deployment.clusterName(cluster))"
            text = "\(shortText), hash \(hash)"
            let state = data.clusters.indices.contains(cluster) ? data.clusters[cluster].state : .connecting
            owners = (state.word, state.role, state)
            (reason, isUnfinished) = (nil, false)
        case .pattern:
            let count = data.clusters.count
            text = count == 1 ? "\(shown) → the only cluster" : "\(shown) → all \(count) clusters"
            shortText = text
            let worst = data.clusters.map(\.state).max { $0.gravity < $1.gravity } ?? .connecting
            owners = (worst == .up ? worst.word : data.clusterStates, worst.role, worst)
            (reason, isUnfinished) = (nil, false)
        case .invalid(let reason):
            let continued = TopicRoute(topic + "x", on: data.deployment.ring)
            isUnfinished = if case .invalid = continued { false } else { true }
            text =
                if topic.isEmpty {
                    "a topic such as orders.eu, or a pattern: orders.*, orders.>"
                } else {
                    isUnfinished ? "the next part follows the dot; * is any part, > is the rest" : reason
                }
            shortText = text
            owners = nil
            self.reason = reason
        }
    }
}
