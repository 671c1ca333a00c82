package import CommandSupport
import Foundation

/// The topics and the rate of the demo's traffic.
package struct TrafficPlan: Sendable {
    /// The topics that messages are published to.
    let topics: TopicCatalog
    /// The average of messages per second.
    let rate: Int

    /// Creates a plan.
    /// - Throws: ``CommandError`` of kind usage if a number is out of bounds.
    package init(topics: Int, rate: Int) throws(CommandError) {
        guard (0...1_000_000).contains(rate) else { throw .usage("--rate is \(rate), use 0 to 1000000") }
        guard (1...100_000).contains(topics) else { throw .usage("--topics is \(topics), use 1 to 100000") }
        self.topics = TopicCatalog(count: topics)
        self.rate = rate
    }

    private init(topics: TopicCatalog, rate: Int) {
        self.topics = topics
        self.rate = rate
    }

    /// Returns the same topics with another rate.
    func with(rate: Int) -> TrafficPlan {
        TrafficPlan(topics: topics, rate: rate)
    }

    /// Returns the messages per second at a time after the start. The rate varies by up to a half, with periods of 47 and 11
    /// seconds, so that graphs show some movement.
    func rate(after elapsed: Duration) -> Double {
        let seconds = elapsed / .seconds(1)
        return Double(rate) * (1 + 0.35 * sin(seconds * 2 * .pi / 47) + 0.15 * sin(seconds * 2 * .pi / 11))
    }
}
