import NATSMonitoring
import NATSWire

// Requests to the monitoring endpoints. Each uses a short connection with its own timeout, in a task that the loop does not
// wait for.

extension ConsoleRuntime {
    /// Requests the status, the health and, with a query, the connections of a server, and reports the answer.
    func askServer(_ cluster: Int, connections query: ConnectionQuery?) async {
        guard let monitor = monitor(of: cluster) else { return }
        let status = await part { () throws(MonitorError) in try await monitor.status() }
        guard case .success = status.result else {
            return queue.send(.server(ServerAnswer(cluster: cluster, status: status, health: nil, connections: nil)))
        }
        let health = await part { () throws(MonitorError) in try await monitor.health() }
        var connections: (ConnectionQuery, ServerAnswer.Part<ConnectionList>)?
        if let query {
            connections = (query, await part { () throws(MonitorError) in try await monitor.connections(query) })
        }
        queue.send(.server(ServerAnswer(cluster: cluster, status: status, health: health, connections: connections)))
    }

    /// Requests the subscriptions of a server, makes their topics known, and reports the list.
    func askSubscriptions(_ cluster: Int) async {
        guard let monitor = monitor(of: cluster) else { return }
        var listing = SubscriptionListing(cluster: cluster)
        do throws(MonitorError) {
            let list = try await monitor.subscriptions(limit: ServerMonitoring.listingLimit)
            (listing.entries, listing.total, listing.gaps) = (list.entries, max(list.total, list.entries.count), list.gaps)
            listing.names = await names(monitor)
            traffic.list(listing.topics, of: cluster)
        } catch {
            // The previous list stays if there is no answer.
            listing.failure = error.message
        }
        queue.send(.listed(listing))
    }

    /// Returns the names of a server's connections by number, with an empty text for a connection without a name. If the request
    /// fails, the subscriptions are listed without names.
    private func names(_ monitor: ServerMonitor) async -> [UInt64: String] {
        var query = ConnectionQuery()
        query.limit = ServerMonitoring.listingLimit
        do throws(MonitorError) {
            let connections = try await monitor.connections(query).connections
            return Dictionary(connections.map { ($0.id, $0.name) }, uniquingKeysWith: { $1 })
        } catch {
            return [:]
        }
    }

    /// Returns the monitor of a cluster; nil if no URL is configured. HTTPS uses the trust roots and the certificate of the
    /// cluster's connections.
    func monitor(of cluster: Int) -> ServerMonitor? {
        let server = configuration.profile.servers[cluster]
        guard let endpoint = server.monitor else { return nil }
        var monitor = ServerMonitor(endpoint: endpoint)
        monitor.tls = server.tls ?? configuration.profile.tls
        return monitor
    }

    private func part<Value: Sendable>(
        _ ask: () async throws(MonitorError) -> Value
    ) async -> ServerAnswer.Part<Value> {
        do throws(MonitorError) {
            let value = try await ask()
            return .init(at: clock.now.uptime, result: .success(value))
        } catch {
            return .init(at: clock.now.uptime, result: .failure(error))
        }
    }
}

extension SubscriptionListing {
    /// The subscribed topics, without patterns, inboxes and subjects of the server itself.
    var topics: [[UInt8]] {
        entries.compactMap { entry in
            guard !entry.subject.hasPrefix("_"), !entry.subject.hasPrefix("$"),
                let subject = try? Subject.pattern(entry.subject), !subject.isWildcard
            else { return nil }
            return Array(entry.subject.utf8)
        }
    }
}
