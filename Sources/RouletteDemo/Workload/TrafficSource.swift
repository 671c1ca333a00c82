import Roulette
import SeededRandomness

/// Publishes the demo's traffic.
struct TrafficSource: Sendable {
    /// The time between two batches of messages.
    private static let interval: Duration = .milliseconds(20)
    /// The maximum interval to catch up on after a pause.
    private static let longestInterval: Duration = .milliseconds(200)

    let plan: TrafficPlan
    let counts: TrafficCounts
    /// The name of its connections.
    var name = "demo traffic"
    /// Whether its ring has the first two clusters swapped, so that most of its messages go to the wrong cluster.
    var hasOtherRing = false

    /// The name of the program with another ring.
    static let misledName = "demo billing"
    /// The messages per second of the program with another ring.
    private static let misledRate = 50

    /// Returns the program with another ring; nil if there is only one order of the clusters.
    static func misled(_ plan: TrafficPlan, clusters: Int) -> TrafficSource? {
        guard clusters > 1 else { return nil }
        // Its messages are not counted as those of the demo.
        let counts = TrafficCounts(clusters: clusters)
        return TrafficSource(plan: plan.with(rate: misledRate), counts: counts, name: misledName, hasOtherRing: true)
    }

    /// Publishes until the task is canceled.
    func run(on deployment: DemoDeployment) async throws {
        var clusters = deployment.clusters
        if hasOtherRing { clusters.swapAt(0, 1) }
        var configuration = RouletteConfiguration.demo(deployment, clusters: clusters)
        configuration.role = .publisher
        configuration.connectionName = name
        configuration.poolSize = deployment.connectionsPerCluster
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
