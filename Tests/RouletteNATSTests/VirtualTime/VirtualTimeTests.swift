import NIOCore
import SeededRandomness
import TestSupport
import Testing

@testable import RouletteNATS

/// Checks over minutes and hours, with the real driver on a clock that the test controls.
@Suite("The driver in virtual time")
struct VirtualTimeTests {
    private func configuration() -> NATSClientConfiguration {
        NATSClientConfiguration(address: .init(host: "seed", port: 4222))
    }

    private func start(_ driver: ConnectionDriver, on network: VirtualNetwork) throws {
        driver.start()
        try network.advance(by: .milliseconds(10))
        try #require(driver.activeConnection != nil, "the handshake did not complete")
    }

    @Test
    func `check 6: after a stale disconnect the counters are reset, and nothing more happens in 50 ping intervals`() throws {
        let network = VirtualNetwork()
        let log = EventRecorder()
        let driver = network.driver(configuration(), observer: log.record)
        try start(driver, on: network)
        network.peer = .silent
        try network.advance(by: .seconds(16))
        #expect(log.disconnects.map(\.code) == [.stale])
        network.peer = .answering
        try network.advance(by: .seconds(260))
        #expect(log.disconnects.count == 1)
        #expect(log.connects == 2)
        #expect(driver.machine.lifecycle.keepalive.misses == 0)
    }

    @Test
    func `the snapshot counts down to the next attempt on the clock of the client`() throws {
        let network = VirtualNetwork()
        let driver = network.driver(configuration(), observer: { _ in })
        try start(driver, on: network)
        network.peer = .refusing
        network.cut()
        // The backoff grows to seconds meanwhile.
        try network.advance(by: .seconds(20))
        var before: Duration?
        while before ?? .zero < .seconds(1) {
            try network.advance(by: .milliseconds(10))
            before = snapshot(of: driver).nextAttempt
        }
        try network.advance(by: .milliseconds(300))
        let after = try #require(snapshot(of: driver).nextAttempt)
        #expect(try #require(before) - after == .milliseconds(300))
    }

    @Test
    func `a timer that another task of the same turn of the event loop cancels does nothing`() throws {
        let network = VirtualNetwork()
        let log = Transcript()
        network.peer = .silent
        let driver = network.driver(configuration(), observer: log.record)
        // This task and the deadline of the handshake are due at the same time.
        network.loop.scheduleTask(in: TimeAmount(driver.configuration.connectTimeout)) { driver.close() }
        driver.start()
        try network.advance(by: driver.configuration.connectTimeout + .milliseconds(10))
        #expect(log.lines == ["closed"])
    }

    @Test
    func `a forbidden transition is reported as an event`() {
        let log = Transcript()
        VirtualNetwork().driver(configuration(), observer: log.record).perform(.reportForbidden("event in state"))
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("forbidden transition: event in state") == true)
    }

    private func snapshot(of driver: ConnectionDriver) -> ConnectionSnapshot {
        driver.status.snapshot(
            outbound: driver.outbound.counters,
            requests: (pending: 0, late: 0),
            maxPingFailure: driver.configuration.maxPingFailure,
            speaksTLSFirst: false
        )
    }

    /// Returns 200 drivers on one network with stable connections.
    private func crowd(seed: UInt64, on network: VirtualNetwork, jitter: Duration? = nil) throws -> [ConnectionDriver] {
        var seeds = SplitMix64(seed: seed)
        var configuration = configuration()
        if let jitter { configuration.reconnectJitter = jitter }
        let drivers = (0..<200).map { _ in
            network.driver(configuration, randomness: SplitMix64(seed: seeds.next()), observer: { _ in })
        }
        for driver in drivers { driver.start() }
        try network.advance(by: .seconds(5), step: .milliseconds(50))
        try #require(network.openConnections == 200)
        return drivers
    }

    /// Returns the highest number of these times within 100 ms.
    private func busiest(_ times: some Sequence<Duration>) -> Int {
        let times = times.sorted()
        return times.map { start in times.count { $0 >= start && $0 < start + .milliseconds(100) } }.max() ?? 0
    }

    @Test
    func `200 clients that are disconnected at the same time each dial once, within the jitter`() throws {
        let network = VirtualNetwork()
        let drivers = try crowd(seed: 1, on: network)
        let before = network.dials.count
        let cut = network.now
        network.cut()
        try network.advance(by: .seconds(1), step: .milliseconds(5))
        let times = network.dials[before...].map(\.time)
        #expect(times.count == 200, "each client dialed once and succeeded")
        let jitter = try #require(drivers.first).configuration.reconnectJitter
        #expect(jitter <= .milliseconds(50), "tens of milliseconds by default")
        #expect(times.allSatisfy { $0 - cut <= jitter + .milliseconds(5) })
        #expect(Set(times).count > 1, "not all at the same moment")
    }

    @Test(
        arguments: [UInt64(1), 2, 3, 4]
    )
    func `check 7: of 200 clients whose server was down for a long time, at most 10 % return in any 100 ms`(seed: UInt64) throws {
        let network = VirtualNetwork()
        let drivers = try crowd(seed: seed, on: network)
        network.peer = .refusing
        network.cut()
        // The backoff grows to its maximum meanwhile.
        try network.advance(by: .seconds(20), step: .milliseconds(20))
        let before = network.dials.count
        try network.advance(by: .seconds(10), step: .milliseconds(20))
        let attempts = network.dials[before...].map(\.time)
        // One attempt in 2.5 seconds on average.
        #expect(attempts.count > 400, "they continue to retry")
        // 8 on average. The limit for successful attempts is checked below.
        #expect(busiest(attempts) <= 30)

        network.peer = .answering
        let returned = network.dials.count
        try network.advance(by: .seconds(6), step: .milliseconds(20))
        #expect(drivers.allSatisfy { $0.activeConnection != nil })
        let dials = network.dials[returned...].map(\.time)
        #expect(dials.count == 200, "each client dialed once and succeeded")
        #expect(busiest(dials) <= 20)
    }

    @Test(arguments: [UInt64(1), 2])
    func `a longer jitter spreads 200 disconnected clients from the first attempt on`(seed: UInt64) throws {
        let network = VirtualNetwork()
        _ = try crowd(seed: seed, on: network, jitter: .milliseconds(2_500))
        let before = network.dials.count
        network.cut()
        try network.advance(by: .seconds(4), step: .milliseconds(50))
        let times = network.dials[before...].map(\.time)
        #expect(times.count == 200, "each client dialed once and succeeded")
        #expect(busiest(times) <= 20)
    }

    @Test
    func `check 8: after an hour the client still retries at the cap, and connects within cap + 1 s of the server's return`()
        throws
    {
        let network = VirtualNetwork()
        let log = EventRecorder()
        let driver = network.driver(configuration(), observer: log.record)
        try start(driver, on: network)
        try network.advance(by: .seconds(5))
        network.peer = .refusing
        network.cut()
        try network.advance(by: .seconds(3600), step: .milliseconds(20))

        let attempts = network.dials.map(\.time)
        let gaps = zip(attempts.dropFirst(), attempts).map { $0 - $1 }
        let cap = driver.configuration.reconnectBackoff.maximum
        #expect(gaps.suffix(1_000).allSatisfy { $0 <= cap + .milliseconds(20) }, "never later than the cap")
        // Full jitter: half of the cap on average.
        let mean = gaps.suffix(1_000).reduce(.zero, +) / min(1_000, gaps.count)
        #expect(mean > cap / 3 && mean < cap * 2 / 3)
        #expect(attempts.count > 1_000 && attempts.count < 2_500)

        network.peer = .answering
        let returned = network.now
        try network.advance(by: cap + .seconds(1))
        #expect(log.connects == 2)
        #expect(try #require(network.dials.last).time - returned <= cap)
    }

    @Test
    func `check 14: a silent connection is closed within (max_ping_failure + 1) intervals and a second`() throws {
        let network = VirtualNetwork()
        let log = EventRecorder()
        let driver = network.driver(configuration(), observer: log.record)
        try start(driver, on: network)
        try network.advance(by: .seconds(30))
        network.peer = .silent
        let settings = driver.configuration
        try network.advance(by: settings.pingInterval * (settings.maxPingFailure + 1) + .seconds(1))
        #expect(log.disconnects.map(\.code) == [.stale])
    }

    @Test
    func `check 15: each attempt to connect to a peer that never sends INFO ends at the connect timeout`() throws {
        let network = VirtualNetwork()
        network.peer = .silent
        let log = EventRecorder()
        let driver = network.driver(configuration(), observer: log.record)
        driver.start()
        try network.advance(by: .seconds(60))
        #expect(log.causes.allSatisfy { $0.code == .connectTimeout })
        let timeout = driver.configuration.connectTimeout
        let times = network.dials.map(\.time)
        #expect(times.count >= 6)
        for (one, next) in zip(times, times.dropFirst()) { #expect(next - one >= timeout, "one attempt at a time") }
        #expect(network.openConnections <= 1, "all other sockets are closed")
    }

    @Test
    func `check 16: a balancer that accepts and closes does not reset the backoff: 60 s have a few dozen attempts`() throws {
        let network = VirtualNetwork()
        network.peer = .closing
        let log = EventRecorder()
        let driver = network.driver(configuration(), observer: log.record)
        driver.start()
        try network.advance(by: .seconds(60))
        #expect(network.dials.count < 60)
        let backoff = driver.configuration.reconnectBackoff
        for (retry, delay) in log.delays.enumerated() {
            #expect(delay <= backoff.ceiling(retry: retry), "attempt \(retry + 1)")
        }
        #expect(log.connects == 0 && log.disconnects.isEmpty, "it was never connected, so it was never disconnected")
    }

    @Test
    func `check 17: in ten idle minutes, a connection is never silent for the 60 s of an idle timeout`() throws {
        let network = VirtualNetwork()
        let log = EventRecorder()
        let driver = network.driver(configuration(), observer: log.record)
        try start(driver, on: network)
        try network.advance(by: .seconds(600))
        #expect(log.disconnects.isEmpty)
        #expect(network.dials.count == 1)
        #expect(network.longestSilence < .seconds(10), "pings every 5 s, the first up to 1 s later")
    }

    @Test
    func `check 18: announced addresses are dialed only if enabled, and each round begins with the seed`() throws {
        for isAsked in [false, true] {
            let network = VirtualNetwork()
            network.info = #""connect_urls":["10.255.255.1:4222","10.255.255.2:4222"]"#
            var configuration = configuration()
            configuration.usesDiscoveredServers = isAsked
            let driver = network.driver(configuration, observer: { _ in })
            try start(driver, on: network)
            network.peer = .refusing
            network.cut()
            try network.advance(by: .seconds(60))
            let hosts = network.dials.dropFirst().map(\.address.host)
            let round = isAsked ? ["seed", "10.255.255.1", "10.255.255.2"] : ["seed"]
            #expect(hosts.count > 6)
            for (index, host) in hosts.enumerated() { #expect(host == round[index % round.count]) }
        }
    }
}

/// Records the events of a driver. `@unchecked Sendable`: used only on the thread of the test, like the embedded event loop.
private final class EventRecorder: @unchecked Sendable {
    private(set) var connects = 0
    private(set) var disconnects: [NATSError] = []
    /// The causes and the delays of all waits for another attempt.
    private(set) var causes: [NATSError] = []
    private(set) var delays: [Duration] = []

    func record(_ event: NATSEvent) {
        switch event {
        case .connected: connects += 1
        case .disconnected(let cause, _): disconnects.append(cause)
        case .reconnecting(_, let delay, let cause):
            causes.append(cause)
            delays.append(delay)
        default: break
        }
    }
}
