import Roulette

/// Receives the demo's traffic through the balancer of each cluster, to show that it passes through the cluster.
struct TrafficWatch: Sendable {
    let counts: TrafficCounts

    /// Counts messages until the task is canceled.
    func run(on deployment: DemoDeployment) async throws {
        var configuration = RouletteConfiguration.demo(deployment)
        configuration.role = .subscriber
        configuration.connectionName = "demo watch"
        try await RouletteClient.withClient(configuration) { client in
            let subscription = try await client.subscribe(
                to: ">",
                options: .init(restart: .permanent, requiresConnection: false)
            )
            do {
                while let batch = try await subscription.nextBatch() {
                    counts.add(.init(received: UInt64(batch.count)), cluster: batch.cluster.index)
                }
            } catch let error as RouletteError where error.code == .canceled {
                // Cancellation ends the demo.
            }
        }
    }
}
