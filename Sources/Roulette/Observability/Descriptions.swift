import RouletteNATS

extension Cluster: CustomStringConvertible {
    /// The name and address; only the address if there is no other name.
    public var description: String { label }
}

extension PooledConnectionID: CustomStringConvertible {
    /// The cluster, the role and the number, for example `alpha (10.0.0.1:4222) publisher 0`.
    public var description: String { "\(cluster) \(role.rawValue) \(slot)" }
}

extension MissedInterval: CustomStringConvertible {
    /// The cluster and the length.
    public var description: String { "\(cluster): \(duration)" }
}

extension Message: CustomStringConvertible {
    /// The topic, the cluster and the size. The payload is left out, because it can be large or secret.
    public var description: String { "\(printable(wire.subject)) from \(cluster): \(wire.payloadLength) bytes" }
}

extension RouletteEvent: CustomStringConvertible {
    /// The kind, and the details as `name=value`, in one line. Text from a peer is escaped.
    public var description: String {
        var details = EventLogger.metadata(of: self).map { "\($0.key)=\($0.value)" }.sorted()
        if let report = drainReport { details.append(report.summary) }
        if let missedEvents { details.append("\(missedEvents)") }
        return ([kind.description] + details).joined(separator: " ")
    }
}

extension ClusterSnapshot: CustomStringConvertible {
    /// The cluster, its state and its connections, in one line.
    public var description: String {
        let up = connections.count { $0.connection.isUp }
        let cause = lastError.map { ": \($0)" } ?? ""
        return "\(cluster): \(state.rawValue), \(up) of \(connections.count) connections are up\(cause)"
    }
}

extension RouletteSnapshot: CustomStringConvertible {
    /// One line for each cluster and for each load balancer that leads to the wrong cluster.
    public var description: String {
        (clusters.map(\.description) + identityAlarms.map { printable($0.description) }).joined(separator: "\n")
    }
}
