import NATSMonitoring
import NATSWire

// Questions to the servers of a cluster. Each has its own timeout, in a task that the loop does not wait for.

extension ConsoleRuntime {
    /// Asks the servers of a cluster what they say about themselves, and reports their answers.
    func askServers(_ cluster: Int, _ question: ClusterMonitor.Question) async {
        let answers = await monitor(of: cluster).ask(question)
        queue.send(.servers(ServerAnswers(cluster: cluster, question: question, answers: answers)))
    }

    /// Requests the subscriptions of a cluster, makes their topics known, and reports the list.
    /// - Parameter server: The server to ask, if it can be reached.
    func askSubscriptions(_ cluster: Int, of server: String?) async {
        var listing = SubscriptionListing(cluster: cluster)
        do throws(MonitorError) {
            let (list, connections) = try await monitor(of: cluster)
                .subscriptions(limit: ServerMonitoring.listingLimit, preferred: server)
            listing.server = list.serverID
            (listing.entries, listing.total, listing.gaps) = (list.entries, max(list.total, list.entries.count), list.gaps)
            listing.names = Dictionary(connections.map { ($0.id, $0.name) }, uniquingKeysWith: { $1 })
            traffic.list(listing.topics, of: cluster)
        } catch {
            // The previous list stays if there is no answer.
            listing.failure = error.message
        }
        queue.send(.listed(listing))
    }

    /// Returns what asks the servers of a cluster.
    func monitor(of cluster: Int) -> ClusterMonitor {
        ClusterMonitor(
            system: systemAccounts.monitor(of: cluster),
            urls: urls(of: cluster),
            now: { [clock] in clock.now.uptime }
        )
    }

    /// Returns the monitoring URLs of a cluster. HTTPS uses the trust roots and the certificate of the cluster's connections.
    func urls(of cluster: Int) -> [ServerMonitor] {
        let server = configuration.profile.servers[cluster]
        return server.monitors.map { endpoint in
            var monitor = ServerMonitor(endpoint: endpoint)
            monitor.tls = server.tls ?? configuration.profile.tls
            return monitor
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
