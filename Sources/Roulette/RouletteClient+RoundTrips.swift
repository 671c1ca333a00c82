import NATS

extension RouletteClient {
    /// Has every connection that is up measure a round trip, for the snapshots after it. Comes back when all have answered,
    /// were lost, or the connection timeout has passed.
    public func measureRoundTrips() async {
        await withTaskGroup { group in
            group.addTask {
                await withTaskGroup { asked in
                    for connection in self.connections where connection.client.isConnected {
                        // One that was lost meanwhile says so in the snapshot.
                        asked.addTask { try? await connection.client.confirm() }
                    }
                }
            }
            group.addTask { try? await self.clock.sleep(self.configuration.connectionTimeout) }
            await group.next()
            group.cancelAll()
        }
    }
}
