import Roulette

/// Waits until every connection is made or has failed.
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
                try? await Task.sleep(for: client.configuration.connectionTimeout + margin)
            }
            await group.next()
            group.cancelAll()
        }
    }

    private static func isSettled(_ client: RouletteClient) -> Bool {
        client.snapshot().clusters.allSatisfy { cluster in
            cluster.connections.allSatisfy { $0.connection.isUp || $0.connection.lastError != nil }
        }
    }
}
