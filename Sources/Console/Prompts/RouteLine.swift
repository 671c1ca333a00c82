import TerminalUI

/// What the prompts say of a topic while it is typed: its owner, or what is wrong with it.
struct RouteLine {
    let text: SafeText
    /// Whether the text is a topic or pattern.
    let isValid: Bool

    init(_ topic: String, _ data: DashboardData) {
        let shown = SafeText(untrusted: topic, maximumBytes: 256)
        switch TopicRoute(topic, on: data.deployment.ring) {
        case .topic(let hash, let cluster):
            text = "\(shown) → \(data.deployment.clusterName(cluster)), hash \(hash)"
            isValid = true
        case .pattern:
            let count = data.clusters.count
            text = count == 1 ? "\(shown) → the one cluster" : "\(shown) → all \(count) clusters"
            isValid = true
        case .invalid(let reason):
            text = topic.isEmpty ? "a topic such as orders.eu, or a pattern: orders.*, orders.>" : reason
            isValid = false
        }
    }
}
