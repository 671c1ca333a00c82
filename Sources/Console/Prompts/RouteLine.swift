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
    /// Whether the text is a topic or pattern.
    let isValid: Bool

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
            isValid = true
        case .pattern:
            let count = data.clusters.count
            text = count == 1 ? "\(shown) → the only cluster" : "\(shown) → all \(count) clusters"
            shortText = text
            let worst = data.clusters.map(\.state).max { $0.gravity < $1.gravity } ?? .connecting
            owners = (worst == .up ? worst.word : data.clusterStates, worst.role, worst)
            isValid = true
        case .invalid(let reason):
            text = topic.isEmpty ? "a topic such as orders.eu, or a pattern: orders.*, orders.>" : reason
            shortText = text
            owners = nil
            isValid = false
        }
    }
}
