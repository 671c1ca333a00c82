import NATS

extension RouletteClient {
    /// Measures a round trip on every connection that is up. Later snapshots include the results. Returns when each connection
    /// has received its PONG or was lost, or when the connection timeout has passed.
    public func measureRoundTrips() async {
        await withTaskGroup { group in
            group.addTask {
                await withTaskGroup { asked in
                    for connection in self.connections where connection.client.isConnected {
                        // The snapshot shows the loss of a connection.
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
