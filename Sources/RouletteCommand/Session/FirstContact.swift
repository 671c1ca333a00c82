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
