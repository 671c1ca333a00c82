/// The programs that use the demo's servers: traffic, services, and a slow consumer.
package struct DemoWorkload: Sendable {
    private let plan: TrafficPlan
    private let deployment: DemoDeployment
    private let counts: TrafficCounts

    /// Creates a workload.
    /// - Parameters:
    ///   - plan: The traffic.
    ///   - deployment: The servers.
    package init(_ plan: TrafficPlan, on deployment: DemoDeployment) {
        self.plan = plan
        self.deployment = deployment
        counts = TrafficCounts(clusters: deployment.clusters.count)
    }

    /// The messages of each cluster so far, in ring order.
    package var countsByCluster: [TrafficCounts.Counts] { counts.all }

    /// Runs the workload until `body` returns or throws, or until a part of the workload fails.
    ///
    /// - Parameters:
    ///   - countsReceived: Whether to receive the traffic and count it.
    ///   - body: The operation to run at the same time.
    package func run(
        countingReceived countsReceived: Bool = false,
        while body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await TrafficSource(plan: plan, counts: counts).run(on: deployment) }
            group.addTask { try await ShopServices(deployment: deployment).run() }
            if let node = deployment.clusters.first?.nodes.first {
                group.addTask { await StuckConsumer(port: node.port, token: deployment.token).run() }
            }
            if countsReceived {
                group.addTask { try await TrafficWatch(counts: counts).run(on: deployment) }
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
