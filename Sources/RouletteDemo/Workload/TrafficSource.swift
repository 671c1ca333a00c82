import Roulette

/// Publishes the demo's traffic, through the last node of each cluster.
struct TrafficSource: Sendable {
    /// The time between two batches of messages.
    private static let interval: Duration = .milliseconds(20)
    /// The maximum interval to catch up on after a pause.
    private static let longestInterval: Duration = .milliseconds(200)

    let plan: TrafficPlan
    let counts: TrafficCounts

    /// Publishes until the task is canceled.
    func run(on deployment: DemoDeployment) async throws {
        var configuration = RouletteConfiguration.demo(deployment) { $0.nodes.last }
        configuration.role = .publisher
        configuration.connectionName = "demo traffic"
        do {
            try await RouletteClient.withClient(configuration) { try await publish($0) }
        } catch is CancellationError {
            // Cancellation ends the demo.
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
                    // Publishes without waiting, so that a cluster that is down does not delay the others.
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
