import Roulette

/// Waits until every connection is established or has failed.
enum FirstContact {
    /// A connection without an answer fails at the end of the connection timeout, so waiting takes a little longer than that.
    private static let margin: Duration = .seconds(3)

    static func wait(for client: RouletteClient) async {
        let events = client.events
        await withTaskGroup { group in
            group.addTask {
                // Checked before every wait, since events before the start of `events` are only in the snapshot.
                if isSettled(client) { return }
                for await _ in events where isSettled(client) { return }
            }
            group.addTask {
                // Cancellation ends the wait too.
                let addresses = client.configuration.clusters.map(\.addresses.count).max() ?? 1
                try? await Task.sleep(for: client.configuration.connectionTimeout * addresses + margin)
            }
            await group.next()
            group.cancelAll()
        }
    }

    private static func isSettled(_ client: RouletteClient) -> Bool {
        let servers = client.configuration.clusters
        return client.snapshot().clusters.allSatisfy { cluster in
            // The cluster may still be reachable until all its addresses were tried.
            let addresses = servers[cluster.cluster.index].addresses.count
            return cluster.connections.allSatisfy { entry in
                let connection = entry.connection
                return connection.isUp || connection.lastError != nil && connection.attempt > addresses
            }
        }
    }
}
