/// Exponential backoff with full jitter: a wait drawn evenly from 1 ms to `min(base * 2^n, maximum)`.
///
/// The rule is Roulette 1.0.5's for retries; full jitter keeps clients that lost the same server from returning together.
public struct Backoff: Sendable, Hashable {
    /// The longest wait before the first retry.
    public var base: Duration
    /// The longest wait of all.
    public var maximum: Duration

    /// Creates a rule; a `maximum` below `base` bounds every wait.
    public init(base: Duration, maximum: Duration) {
        self.base = base
        self.maximum = maximum
    }

    /// From this retry on every sensible rule is at its maximum.
    static let lastRetry = 30

    /// The longest wait before retry `retry`, counted from 0.
    public func ceiling(retry: Int) -> Duration {
        // 2^30 times any base above 5 ns is past every sensible maximum, and never overflows.
        min(base * (1 << min(max(retry, 0), Self.lastRetry)), maximum)
    }

    /// A wait before retry `retry`, counted from 0.
    public func delay(retry: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let shortest = Duration.milliseconds(1)
        let span = ceiling(retry: retry) - shortest
        guard span > .zero else { return shortest }
        return shortest + span * Double.random(in: 0...1, using: &generator)
    }
}
