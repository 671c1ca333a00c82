import Roulette

/// The time until it is known of every cluster whether it can be reached.
enum FirstContact {
    /// A connection that gets no answer gives its reason at the end of the connection timeout. Who waited only as long would
    /// often miss it.
    private static let margin: Duration = .seconds(3)

    static func wait(for client: RouletteClient) async {
        let events = client.events
        await withTaskGroup { group in
            group.addTask {
                // Checked before every wait: what happened before `events` began is in the snapshot.
                if isSettled(client) { return }
                for await _ in events where isSettled(client) { return }
            }
            group.addTask {
                // Canceled is as good as over.
                let addresses = client.configuration.servers.map { 1 + $0.alternatives.count }.max() ?? 1
                try? await Task.sleep(for: client.configuration.connectionTimeout * addresses + margin)
            }
            await group.next()
            group.cancelAll()
        }
    }

    private static func isSettled(_ client: RouletteClient) -> Bool {
        let servers = client.configuration.servers
        return client.snapshot().clusters.allSatisfy { cluster in
            // While one of them is left to try, it is not known that none can be reached.
            let alternatives = servers[cluster.cluster.index].alternatives.count
            return cluster.connections.allSatisfy { entry in
                let connection = entry.connection
                return connection.isUp || connection.lastError != nil && connection.attempt > 1 + alternatives
            }
        }
    }
}
