import NATSMonitoring

/// The answers of the servers of one cluster to one question.
struct ServerAnswers: Sendable {
    /// The cluster's position on the ring.
    let cluster: Int
    let question: ClusterMonitor.Question
    let answers: [ClusterMonitor.Answer]
}
