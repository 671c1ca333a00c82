/// Exponential backoff with full jitter: a random wait, uniformly distributed between 1 ms and `min(base * 2^n, maximum)`.
///
/// The rule is the one of Roulette 1.0.5. Full jitter prevents clients that lost the same server from returning at the same time.
public struct Backoff: Sendable, Hashable {
    /// The longest wait before the first retry.
    public var base: Duration
    /// The longest wait before any retry.
    public var maximum: Duration

    /// Creates a rule. A `maximum` below `base` limits every wait.
    public init(base: Duration, maximum: Duration) {
        self.base = base
        self.maximum = maximum
    }

    /// From this retry on, every reasonable rule has reached its maximum.
    static let lastRetry = 30

    /// Returns the longest wait before retry `retry`, counted from 0.
    public func ceiling(retry: Int) -> Duration {
        // 2^30 times any base above 5 ns is more than every reasonable maximum.
        let factor = 1 << min(max(retry, 0), Self.lastRetry)
        // Compared by division, because the product of any base could overflow.
        return base > maximum / factor ? maximum : base * factor
    }

    /// Returns a random wait before retry `retry`, counted from 0.
    public func delay(retry: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let shortest = Duration.milliseconds(1)
        let span = ceiling(retry: retry) - shortest
        guard span > .zero else { return shortest }
        return shortest + span * Double.random(in: 0...1, using: &generator)
    }
}
