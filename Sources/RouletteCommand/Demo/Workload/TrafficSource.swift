import NATS
import Roulette

/// Publishes the demo's traffic, through the last node of each cluster.
struct TrafficSource: Sendable {
    /// How often messages are sent, as many as are due by then.
    private static let interval: Duration = .milliseconds(20)
    /// The most that is sent at once: after a pause the past is not made up for.
    private static let longestInterval: Duration = .milliseconds(200)

    let plan: TrafficPlan
    let counts: TrafficCounts

    /// Publishes until the task is canceled.
    func run(on deployment: DemoDeployment) async throws {
        var configuration = RouletteConfiguration.demo(deployment) { $0.nodes.last }
        configuration.role = .publisher
        configuration.connectionName = "demo traffic"
        do {
            try await Session.withClient(configuration) { try await publish($0) }
        } catch is CancellationError {
            // That is how the demo ends.
        }
    }

    private func publish(_ client: RouletteClient) async throws {
        var random = SplitMix64(seed: 1)
        var payloads = PayloadGenerator(seed: 2)
        let distribution = ZipfDistribution(count: plan.topics.topics.count)
        let owners = try plan.topics.topics.map { try client.owner(of: $0.name).index }
        let clock = ContinuousClock()
        let start = clock.now
        var last = start
        var due = 0.0
        while true {
            try await clock.sleep(for: Self.interval)
            let now = clock.now
            due += plan.rate(after: now - start) * (min(now - last, Self.longestInterval) / .seconds(1))
            last = now
            while due >= 1 {
                due -= 1
                let index = distribution.sample(using: &random)
                let topic = plan.topics.topics[index]
                do {
                    // Never waits, so that one cluster that is down does not hold up the others.
                    let message = payloads.next(for: topic)
                    try client.tryPublish(message.body, to: topic.name, headers: message.headers)
                    counts.add(.init(published: 1), cluster: owners[index])
                } catch {
                    counts.add(.init(failed: 1), cluster: owners[index])
                }
            }
        }
    }
}

/// Receives the demo's traffic, from the first node of each cluster, to show that it crosses the cluster.
struct TrafficWatch: Sendable {
    let counts: TrafficCounts

    /// Counts until the task is canceled.
    func run(on deployment: DemoDeployment) async throws {
        var configuration = RouletteConfiguration.demo(deployment) { $0.nodes.first }
        configuration.role = .subscriber
        configuration.connectionName = "demo watch"
        try await Session.withClient(configuration) { client in
            let subscription = try await client.subscribe(
                to: ">",
                options: .init(restart: .permanent, requiresConnection: false)
            )
            do {
                while let batch = try await subscription.nextBatch() {
                    counts.add(.init(received: UInt64(batch.count)), cluster: batch.cluster.index)
                }
            } catch let error as RouletteError where error.code == .canceled {
                // That is how the demo ends.
            }
        }
    }
}

extension RouletteConfiguration {
    /// One connection to the chosen node of each cluster. The ring depends on the order only.
    static func demo(
        _ deployment: DemoDeployment,
        node: (DemoDeployment.Cluster) -> DemoDeployment.Node?
    ) -> RouletteConfiguration {
        var configuration = RouletteConfiguration(
            servers: deployment.clusters.compactMap { cluster in
                node(cluster).map { Server(name: cluster.name, host: "127.0.0.1", port: $0.port) }
            }
        )
        let token = Secret(deployment.token)
        configuration.credentials = { .token(token) }
        configuration.poolSize = 1
        configuration.pingInterval = .seconds(2)
        configuration.maxBackoff = .seconds(1)
        return configuration
    }
}
