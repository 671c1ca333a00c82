import Logging
import NIOPosix
import RouletteNATS
import TestSupport
import Testing

@testable import Roulette

/// Tests of the configuration of Roulette 1.0.5 that need no server. The others are in `IntegrationTests/Parity`.
@Suite("Parity with Roulette 1.0.5: configuration")
struct ConfigurationParityTests {
    private func configuration(_ hosts: String...) throws -> RouletteConfiguration {
        RouletteConfiguration(clusters: try hosts.map { host in try .init(host) })
    }

    // MARK: Servers and roles

    @Test
    func `servers: "host" or host and port 4222, plus name; the order of the list determines the ring`() throws {
        let text = try configuration("alpha", "beta:4333", "gamma")
        #expect(text.clusters.map(\.host) == ["alpha", "beta", "gamma"])
        #expect(text.clusters.map(\.port) == [4222, 4333, 4222])
        let named = ClusterConfiguration(name: "n", host: "h")
        #expect(named.name == "n")
        // Recorded from Roulette 1.0.5.
        let client = try RouletteClient(configuration: text)
        let owners = try (1...7).map { try client.owner(of: "topic\($0)").index }
        #expect(owners == [0, 2, 2, 1, 1, 1, 0])
        let reordered = try RouletteClient(configuration: try configuration("gamma", "alpha", "beta:4333"))
        #expect(try (1...7).map { try reordered.owner(of: "topic\($0)").index } == owners, "positions, not names")
    }

    @Test
    func `the same host:port twice is an error that names both entries, in any spelling`() throws {
        for hosts in [["a", "b", "a"], ["a:4222", "b", "A"], ["a", "b", "a:4222"]] {
            let servers = try hosts.map { try ClusterConfiguration($0) }
            let error = #expect(throws: RouletteError.self) {
                try RouletteClient(configuration: RouletteConfiguration(clusters: servers))
            }
            #expect(error?.code == .configuration)
            #expect(error?.message == "clusters[0] and clusters[2] are both a:4222; every cluster needs its own address")
        }
        // The same host with another port is a different cluster.
        #expect(throws: Never.self) { try RouletteClient(configuration: try configuration("a", "a:4223")) }
    }

    @Test
    func `role: a call that the role does not allow fails immediately with the name of the role`() async throws {
        var configuration = try configuration("127.0.0.1:1")
        // With these values, a retry would take hours.
        configuration.baseBackoff = .seconds(3600)
        configuration.maxBackoff = .seconds(3600)
        #expect(configuration.role == .both)
        configuration.role = .subscriber
        let subscriber = try RouletteClient(configuration: configuration)
        let publishing = await #expect(throws: RouletteError.self) { try await subscriber.publish("x", to: "a") }
        #expect(publishing?.code == .role)
        #expect(publishing?.message.contains("role subscriber") == true)
        #expect(#expect(throws: RouletteError.self) { try subscriber.tryPublish("x", to: "a") }?.code == .role)
        configuration.role = .publisher
        let publisher = try RouletteClient(configuration: configuration)
        let subscribing = await #expect(throws: RouletteError.self) { try await publisher.subscribe(to: "a") }
        #expect(subscribing?.code == .role)
        #expect(subscribing?.message.contains("role publisher") == true)
    }

    // MARK: Keys

    @Test
    func `every key has the default of Roulette 1.0.5 and is applied to the connections`() throws {
        var configuration = try configuration("a")
        #expect(configuration.role == .both)
        #expect(configuration.poolSize == 5)
        #expect(configuration.pingInterval == .milliseconds(5000))
        #expect(configuration.maxPingFailure == 2)
        #expect(configuration.maxRetry == 10)
        #expect(configuration.baseBackoff == .milliseconds(10))
        #expect(configuration.maxBackoff == .milliseconds(5000))
        #expect(configuration.subscriptionRestart == .temporary)
        #expect(configuration.connectionTimeout == .milliseconds(5000))

        configuration.pingInterval = .milliseconds(7)
        configuration.maxPingFailure = 3
        configuration.baseBackoff = .milliseconds(11)
        configuration.maxBackoff = .milliseconds(13)
        configuration.connectionTimeout = .milliseconds(17)
        configuration.poolSize = 2
        let pool = try RouletteClient(configuration: configuration).pools[0]
        #expect(pool.publishers.count == 2 && pool.subscribers.count == 2)
        for connection in pool.connections {
            let own = connection.client.configuration
            #expect(own.pingInterval == .milliseconds(7))
            #expect(own.maxPingFailure == 3)
            #expect(own.reconnectBackoff == Backoff(base: .milliseconds(11), maximum: .milliseconds(13)))
            #expect(own.connectTimeout == .milliseconds(17))
        }
    }

    /// Always returns the same number, and counts the calls.
    ///
    /// 1 results in the shortest wait and `.max` in the longest. With 0 the standard library tries again without an end.
    private struct Dice: RandomNumberGenerator, Sendable {
        let number: UInt64
        let rolls: Watched<Int>

        mutating func next() -> UInt64 {
            rolls.update { $0 += 1 }
            return number
        }
    }

    /// Creates a client of a cluster without a server.
    private func client(maxRetry: Int?, number: UInt64, rolls: Watched<Int>) throws -> RouletteClient {
        var configuration = try configuration("127.0.0.1:1")
        if let maxRetry { configuration.maxRetry = maxRetry }
        configuration.baseBackoff = .milliseconds(2)
        configuration.maxBackoff = .milliseconds(10)
        return try RouletteClient(
            configuration: configuration,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "tests"),
            randomness: Dice(number: number, rolls: rolls)
        )
    }

    @Test(
        arguments: [nil, 0, 1, 7]
    )
    func `max_retry: publish and subscribe retry this many times, then fail with a typed error`(limit: Int?) async throws {
        for isPublish in [true, false] {
            let rolls = Watched(0)
            let client = try client(maxRetry: limit, number: 1, rolls: rolls)
            let error = await #expect(throws: RouletteError.self) {
                if isPublish { try await client.publish("x", to: "a") } else { _ = try await client.subscribe(to: "a") }
            }
            let retries = limit ?? 10
            #expect(rolls.value == retries, "one random number for each retry")
            #expect(error?.code == .clusterUnavailable)
            #expect(error?.cluster?.address == "127.0.0.1:1")
            #expect(error?.message.hasPrefix("no connection during \(retries + 1) tries") == true)
        }
    }

    @Test
    func `base_backoff, max_backoff: each wait is random between 1 ms and min(base * 2^n, max)`() async throws {
        // The waits are the maximum values: 2, 4, 8, 10, 10, 10 ms. No wait is shorter than its random value.
        let client = try client(maxRetry: 6, number: .max, rolls: Watched(0))
        let clock = ContinuousClock()
        let time = await clock.measure {
            await #expect(throws: RouletteError.self) { try await client.publish("x", to: "a") }
        }
        #expect(time >= .milliseconds(44))
        // The rule itself, with the defaults of Roulette 1.0.5.
        let rule = Backoff(base: .milliseconds(10), maximum: .milliseconds(5000))
        let ceilings = (0..<11).map { rule.ceiling(retry: $0) }
        #expect(ceilings == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000].map { .milliseconds($0) })
        var lowest = Dice(number: 1, rolls: Watched(0))
        var highest = Dice(number: .max, rolls: Watched(0))
        for retry in 0..<11 {
            #expect(rule.delay(retry: retry, using: &lowest) == .milliseconds(1))
            #expect(rule.delay(retry: retry, using: &highest) == ceilings[retry])
        }
    }
}
