import NIOCore
import TestSupport
import Testing

@testable import RouletteNATS

@Suite("Round trips")
struct RoundTripTests {
    private func at(_ seconds: Double) -> NIODeadline { .uptimeNanoseconds(UInt64(seconds * 1e9)) }

    private func summary(_ trips: inout RoundTrips, _ seconds: Double) throws -> ConnectionSnapshot.RoundTrip {
        let summary = trips.summary(at: at(seconds))
        return try #require(summary)
    }

    private func isNear(_ time: Duration?, _ expected: Duration) -> Bool {
        time.map { $0 > expected * 0.97 && $0 < expected * 1.03 } ?? false
    }

    @Test
    func `a change is visible within a minute, and the minute before is discarded`() throws {
        var trips = RoundTrips()
        // 58 s with a round trip of 0.6 ms every second.
        for second in 0..<58 { trips.record(.microseconds(600), at: at(Double(second))) }
        let before = try summary(&trips, 58)
        #expect(isNear(before.lastMinute?.p50, .microseconds(600)) && isNear(before.lastMinute?.p99, .microseconds(600)))
        for second in 58..<118 { trips.record(.milliseconds(200), at: at(Double(second))) }
        let half = try summary(&trips, 118)
        #expect(isNear(half.lastMinute?.p50, .milliseconds(200)), "the last minute has no other times")
        #expect(half.lastMinute.map { $0.count >= 55 && $0.count <= 60 } ?? false)
        #expect(half.lastFiveMinutes?.count == 118)
        #expect(isNear(half.lastFiveMinutes?.p99, .milliseconds(200)))
    }

    @Test
    func `a slow PING leaves the percentiles of a window at the end of the window`() throws {
        var trips = RoundTrips()
        trips.record(.seconds(3), at: at(0))
        for second in 1...310 {
            trips.record(.milliseconds(1), at: at(Double(second)))
            let found = try summary(&trips, Double(second))
            #expect(isNear(found.lastMinute?.p50, .milliseconds(1)) || second == 1)
            if second > 60 { #expect(isNear(found.lastMinute?.p99, .milliseconds(1)), "after \(second) s") }
            if second > 300 { #expect(isNear(found.lastFiveMinutes?.p99, .milliseconds(1))) }
        }
    }

    @Test
    func `a window without a measurement is nil, not an old value`() throws {
        var trips = RoundTrips()
        let none = trips.summary(at: at(0))
        #expect(none == nil)
        trips.handshake = .milliseconds(40)
        let fresh = try summary(&trips, 0)
        #expect(fresh.handshake == .milliseconds(40) && fresh.last == nil && fresh.lastMinute == nil)
        trips.record(.milliseconds(2), at: at(10))
        let minute = try summary(&trips, 71)
        #expect(minute.lastMinute == nil && minute.lastFiveMinutes?.count == 1 && minute.last == .milliseconds(2))
        let later = try summary(&trips, 320)
        #expect(later.lastFiveMinutes == nil && later.count == 1)
    }

    @Test
    func `the buckets have the documented width over the whole range`() {
        for microseconds in Array(1...5_000) + stride(from: 5_001, to: 60_000_000, by: 99_733) {
            let time = RoundTripBucket(.microseconds(microseconds)).time / .microseconds(1)
            #expect(abs(time - Double(microseconds)) <= Double(microseconds) * 0.016, "\(microseconds) µs")
        }
        #expect(RoundTripBucket(.zero).time == .microseconds(1))
        #expect(RoundTripBucket(.seconds(1 << 40)) == RoundTripBucket(.seconds(60)))
        #expect(RoundTripBucket(.seconds(-5)).index == 1)
    }

    @Test
    func `an hour of PINGs needs no more memory than five minutes of PINGs`() {
        var idle = RoundTrips()
        for second in stride(from: 0.0, to: 3_600, by: 5) { idle.record(.microseconds(Int(second) % 97 + 500), at: at(second)) }
        #expect(idle.stored <= 61)
        var busy = RoundTrips()
        for step in 0..<20_000 { busy.record(.microseconds(step % 400 * 150_000), at: at(Double(step) / 20)) }
        #expect(busy.stored > 61 && busy.stored <= 61 * 100)
    }

    @Test
    func `the windows exclude the handshake and the PING after the subscriptions, on the event loop's clock`() throws {
        let network = VirtualNetwork()
        network.latency = .seconds(2)
        let configuration = NATSClientConfiguration(address: .init(host: "slow"))
        let driver = network.driver(configuration, observer: { _ in })
        driver.start()
        try network.advance(by: .milliseconds(2_500))
        try #require(driver.activeConnection != nil)
        network.latency = .milliseconds(10)
        try network.advance(by: .seconds(90))
        func trip() -> ConnectionSnapshot.RoundTrip? {
            driver.status.update { [now = network.loop.now] in $0.roundTrips.summary(at: now) }
        }
        let calm = try #require(trip())
        #expect(isNear(calm.handshake, .seconds(2)))
        // Peers answer in steps of five milliseconds.
        #expect(try #require(calm.lastFiveMinutes).p99 < .milliseconds(25), "the slow PINGs at the start are in no window")
        network.latency = .milliseconds(200)
        try network.advance(by: .seconds(65))
        let slow = try #require(trip())
        let p50 = try #require(slow.lastMinute).p50
        #expect(p50 > .milliseconds(190) && p50 < .milliseconds(225))
        #expect(try #require(slow.lastFiveMinutes).p50 < .milliseconds(25), "most of them were faster")
        #expect(slow.last.map { $0 >= .milliseconds(200) && $0 < .milliseconds(225) } ?? false)
    }
}
