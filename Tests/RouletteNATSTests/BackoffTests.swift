import RouletteNATS
import SeededRandomness
import TestSupport
import Testing

@Suite("Backoff with full jitter")
struct BackoffTests {
    private let backoff = Backoff(base: .milliseconds(10), maximum: .seconds(5))

    @Test(
        arguments: [
            (0, Duration.milliseconds(10)), (1, .milliseconds(20)), (5, .milliseconds(320)), (9, .seconds(5)),
            (1_000_000, .seconds(5)),
        ]
    )
    func `the ceiling doubles up to the maximum`(retry: Int, expected: Duration) {
        #expect(backoff.ceiling(retry: retry) == expected)
    }

    @Test
    func `a base above the maximum is limited by the maximum, as in Roulette 1.0.5`() {
        let backoff = Backoff(base: .seconds(2), maximum: .seconds(1))
        #expect((0..<5).allSatisfy { backoff.ceiling(retry: $0) == .seconds(1) })
    }

    @Test
    func `delays cover the whole range between 1 ms and the ceiling and stay within it`() {
        var generator = SplitMix64(seed: 42)
        for retry in 0..<12 {
            let ceiling = backoff.ceiling(retry: retry)
            let delays = (0..<2_000).map { _ in backoff.delay(retry: retry, using: &generator) }
            #expect(delays.allSatisfy { $0 >= .milliseconds(1) && $0 <= ceiling })
            #expect(delays.contains { $0 < ceiling * 0.2 })
            #expect(delays.contains { $0 > ceiling * 0.9 })
        }
    }

    @Test
    func `200 clients that are disconnected at the same time return at different times`() {
        // Every client draws from the range of the fifth retry, 320 ms. No tenth of the range may contain more than a fifth of
        // the clients.
        var generator = SplitMix64(seed: 7)
        var windows = [Int](repeating: 0, count: 10)
        for _ in 0..<200 {
            let delay = backoff.delay(retry: 5, using: &generator)
            windows[min(Int(delay / .milliseconds(32)), 9)] += 1
        }
        #expect(windows.max()! <= 40)
    }

    @Test
    func `a base below a millisecond waits one millisecond`() {
        var generator = SplitMix64(seed: 1)
        #expect(Backoff(base: .microseconds(1), maximum: .microseconds(1)).delay(retry: 0, using: &generator) == .milliseconds(1))
    }
}
