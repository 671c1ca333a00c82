import Roulette

/// Assigns received messages to the cluster that sent them.
///
/// If a load balancer leads to the wrong cluster, messages of that cluster arrive on a connection of another one. A subscription
/// to all clusters then receives them twice.
struct MessageOrigins: Sendable, Equatable {
    /// The cluster that sends to each connection that was led to a wrong one.
    private var senders: [ConnectionRow.ID: Int] = [:]
    /// For clusters that no connection of their own leads to: the cluster whose connections count their messages.
    private var substitutes: [Int: Int] = [:]

    /// Every connection leads to its own cluster.
    init() {}

    init(_ clusters: [ClusterRow]) {
        let subscribers = clusters.flatMap(\.connections).filter { $0.id.role == .subscriber && $0.isUp }
        for connection in subscribers where connection.isMisled { senders[connection.id] = connection.serverCluster }
        let reached = Set(subscribers.filter { !$0.isMisled }.map(\.id.cluster))
        for (connection, sender) in senders where !reached.contains(sender) {
            substitutes[sender] = min(substitutes[sender] ?? connection.cluster, connection.cluster)
        }
    }

    /// Returns the cluster that sent the messages of a connection; nil if another connection delivers the same messages.
    ///
    /// - Parameter coversAll: Whether the subscription is on all clusters.
    func sender(to connection: ConnectionRow.ID, coversAll: @autoclosure () -> Bool) -> Int? {
        guard let sender = senders[connection] else { return connection.cluster }
        guard coversAll() else { return sender }
        return substitutes[sender] == connection.cluster ? sender : nil
    }
}
