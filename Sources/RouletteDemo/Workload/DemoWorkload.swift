/// The programs that use the demo's servers: traffic, services, and a slow consumer.
package struct DemoWorkload: Sendable {
    private let plan: TrafficPlan
    private let deployment: DemoDeployment
    private let otherRing: ProgramSwitch
    private let counts: TrafficCounts

    /// Creates a workload.
    /// - Parameters:
    ///   - plan: The traffic.
    ///   - demo: The servers, and the switch of the program with another ring.
    package init(_ plan: TrafficPlan, on demo: RunningDemo) {
        self.plan = plan
        deployment = demo.deployment
        otherRing = demo.otherRing
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
            if let cluster = deployment.clusters.first {
                let consumer = StuckConsumer(port: cluster.balancer.port, password: deployment.passwords.client)
                group.addTask { await consumer.run() }
            }
            if let program = TrafficSource.misled(plan, clusters: deployment.clusters.count) {
                group.addTask { await otherRing.run { try? await program.run(on: deployment) } }
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
