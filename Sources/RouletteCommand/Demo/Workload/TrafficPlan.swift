import Foundation

/// How much is sent, and on what.
struct TrafficPlan: Sendable {
    let topics: TopicCatalog
    /// Messages per second on average.
    let rate: Int

    /// Messages per second at a time after the start. It rises and falls by up to a half within most of a minute, with a
    /// shorter wave on top, so that graphs have something to show.
    func rate(after elapsed: Duration) -> Double {
        let seconds = elapsed / .seconds(1)
        return Double(rate) * (1 + 0.35 * sin(seconds * 2 * .pi / 47) + 0.15 * sin(seconds * 2 * .pi / 11))
    }
}
