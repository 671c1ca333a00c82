import RouletteNATS

extension RouletteClient {
    /// Measures the time from a PING to its PONG on a connection of a cluster. The PING is sent after everything published on that
    /// connection before.
    ///
    /// - Throws: ``RouletteError/Code/clusterUnavailable`` if no connection of the cluster is up, or if it is lost meanwhile;
    ///   ``RouletteError/Code/canceled``.
    public func rtt(to cluster: Cluster) async throws(RouletteError) -> Duration {
        let own = connections.filter { $0.cluster == cluster }
        guard let connection = own.first(where: \.client.isConnected) ?? own.first else {
            throw RouletteError(.clusterUnavailable, "the client has no connection to this cluster", cluster: cluster)
        }
        do {
            return try await connection.client.rtt()
        } catch {
            throw RouletteError(error, cluster: cluster)
        }
    }

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
