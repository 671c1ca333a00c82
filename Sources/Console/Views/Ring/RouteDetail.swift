import TerminalUI

/// The owner of a topic, its hash, and the next clusters on the ring, which would own it if the owner were removed.
struct RouteDetail {
    let text: SafeText

    init(_ topic: String, _ data: DashboardData) {
        let line = RouteLine(topic, data)
        guard case .topic = TopicRoute(topic, on: data.deployment.ring) else {
            text = line.text
            return
        }
        let others = data.deployment.ring.successors(of: topic, count: data.clusters.count).dropFirst()
        text =
            others.isEmpty
            ? line.text : "\(line.text), then \(others.map { data.deployment.clusterName($0) }.joined(separator: ", "))"
    }
}
