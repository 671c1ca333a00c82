import Testing

@testable import Roulette

@Suite("The intervals in which a subscription missed messages")
struct MissedIntervalsTests {
    private let alpha = Cluster(index: 0, name: "alpha", address: "127.0.0.1:4222")
    private let beta = Cluster(index: 1, name: "beta", address: "127.0.0.1:4223")
    private let start = ContinuousClock.now

    private func time(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test
    func `an interval does not begin before the previous one of its cluster has ended`() {
        var intervals = MissedIntervals()
        intervals.begin(on: alpha, at: time(0))
        #expect(intervals.end(on: alpha, at: time(10)) == MissedInterval(cluster: alpha, from: time(0), to: time(10)))
        // The new connection was lost before it received a byte, so the last byte is older than the end of the interval.
        intervals.begin(on: alpha, at: time(5))
        intervals.begin(on: beta, at: time(5))
        #expect(intervals.end(on: alpha, at: time(20)) == MissedInterval(cluster: alpha, from: time(10), to: time(20)))
        #expect(intervals.end(on: beta, at: time(20)) == MissedInterval(cluster: beta, from: time(5), to: time(20)))
    }

    @Test
    func `an interval begins once and ends once`() {
        var intervals = MissedIntervals()
        intervals.begin(on: alpha, at: time(1))
        intervals.begin(on: alpha, at: time(2))
        #expect(intervals.isMissing)
        #expect(intervals.end(on: alpha, at: time(3))?.duration == .seconds(2))
        #expect(!intervals.isMissing)
        #expect(intervals.end(on: alpha, at: time(4)) == nil)
        #expect(intervals.ended.count == 1)
    }

    @Test
    func `the oldest intervals are dropped at the capacity`() {
        var intervals = MissedIntervals()
        for second in 0..<20 {
            intervals.begin(on: alpha, at: time(2 * second))
            #expect(intervals.end(on: alpha, at: time(2 * second + 1)) != nil)
        }
        #expect(intervals.ended.count == MissedIntervals.capacity)
        #expect(intervals.ended.first?.from == time(8))
        #expect(intervals.ended.last?.from == time(38))
    }
}
