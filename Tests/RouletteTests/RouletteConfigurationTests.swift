import RouletteNATS
import Testing

@testable import Roulette

@Suite("Configuration")
struct RouletteConfigurationTests {
    @Test
    func `the defaults are those of Roulette 1.0.5`() {
        let configuration = RouletteConfiguration(clusters: [.init(host: "a")])
        #expect(configuration.clusters[0].port == 4222)
        #expect(configuration.role == .both)
        #expect(configuration.poolSize == 5)
        #expect(configuration.pingInterval == .milliseconds(5000))
        #expect(configuration.maxPingFailure == 2)
        #expect(configuration.maxRetry == 10)
        #expect(configuration.baseBackoff == .milliseconds(10))
        #expect(configuration.maxBackoff == .milliseconds(5000))
        #expect(configuration.subscriptionRestart == .temporary)
        #expect(configuration.naming == .index)
    }

    @Test
    func `a base_backoff above max_backoff is accepted, as by Roulette 1.0.5`() throws {
        var configuration = RouletteConfiguration(clusters: [.init(host: "a")])
        configuration.baseBackoff = .seconds(2)
        configuration.maxBackoff = .seconds(1)
        for connection in try RouletteClient(configuration: configuration).pools[0].connections {
            #expect(connection.client.configuration.reconnectBackoff == Backoff(base: .seconds(2), maximum: .seconds(1)))
        }
    }

    /// The default must be short, because subscriptions miss messages during this wait.
    @Test
    func `by default the first attempt starts within tens of milliseconds of a loss, and the wait can be set`() throws {
        var configuration = RouletteConfiguration(clusters: [.init(host: "a")])
        #expect(configuration.reconnectJitter <= .milliseconds(50))
        #expect(configuration.reconnectJitter == NATSClientConfiguration(address: .init(host: "a")).reconnectJitter)
        configuration.reconnectJitter = .milliseconds(777)
        for connection in try RouletteClient(configuration: configuration).pools[0].connections {
            #expect(connection.client.configuration.reconnectJitter == .milliseconds(777))
        }
    }

    @Test(arguments: Self.faulty)
    func `invalid options are errors, and the message names the option`(fault: Fault) {
        let error = #expect(throws: RouletteError.self) { try RouletteClient(configuration: fault.configuration) }
        #expect(error?.code == .configuration)
        #expect(error?.message == fault.message)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let message: String
        let configuration: RouletteConfiguration
        var testDescription: String { message }
    }

    static let faulty: [Fault] = [
        fault("no clusters are configured; list at least one host", servers: []),
        fault("clusters[1]: the host is empty", servers: [.init(host: "a"), .init(host: "")]),
        fault("clusters[0]: port 99999 is out of range, use 1 to 65535", servers: [.init(host: "a", port: 99999)]),
        fault("clusters[0]: port 0 is out of range, use 1 to 65535", servers: [.init(host: "a", port: 0)]),
        fault(
            "clusters[0] and clusters[2] are both a:4222; every cluster needs its own address",
            servers: [.init(name: "x", host: "a"), .init(host: "b"), .init(name: "y", host: "A", port: 4222)]
        ),
        fault(
            "clusters[0] and clusters[1] are both b:4223; every cluster needs its own address",
            servers: [cluster("a", "b", port: 4223), .init(host: "B", port: 4223)]
        ),
        fault("clusters[0] has the address b:4222 twice; remove one", servers: [cluster("a", "b", "B")]),
        fault("clusters[0]: port 99999 is out of range, use 1 to 65535", servers: [cluster("a", "b", port: 99999)]),
        fault(
            "clusters[0] has no name, and naming = \"name\" requires names for the ring",
            servers: [.init(host: "a")]
        ) { $0.naming = .name },
        fault("pool_size is 0, use 1 to 1000") { $0.poolSize = 0 },
        fault("max_retry is -1, use 0 or more") { $0.maxRetry = -1 },
        fault("max_ping_failure is 0, use 1 or more") { $0.maxPingFailure = 0 },
        fault("ping_interval must be longer than zero") { $0.pingInterval = .zero },
        fault("connection_timeout must be longer than zero") { $0.connectionTimeout = .seconds(-1) },
        fault("base_backoff must be longer than zero") { $0.baseBackoff = .zero },
        fault("max_backoff must be longer than zero") { $0.maxBackoff = .zero },
    ]

    /// A cluster of several servers. The first one has the default port.
    private static func cluster(_ host: String, _ seeds: String..., port: Int = 4222) -> ClusterConfiguration {
        var server = ClusterConfiguration(host: host)
        server.seeds = seeds.map { .init(host: $0, port: port) }
        return server
    }

    private static func fault(
        _ message: String,
        servers: [ClusterConfiguration] = [.init(host: "a"), .init(host: "b")],
        change: (inout RouletteConfiguration) -> Void = { _ in }
    ) -> Fault {
        var configuration = RouletteConfiguration(clusters: servers)
        change(&configuration)
        return Fault(message: message, configuration: configuration)
    }

    @Test
    func `a list of hosts needs at least one`() {
        let error = #expect(throws: RouletteError.self) { try ClusterConfiguration(hosts: []) }
        #expect(error?.code == .configuration)
    }

    @Test(arguments: [HashRing.Naming.index, .name])
    func `a cluster is one node of the ring, and more seeds change neither the ring nor its fingerprint`(naming: HashRing.Naming)
        throws
    {
        var configuration = RouletteConfiguration(clusters: ["a", "b", "c"].map { .init(name: "cluster \($0)", host: $0) })
        configuration.naming = naming
        let before = try RouletteClient(configuration: configuration)
        configuration.clusters[1].seeds = [.init(host: "b2"), .init(host: "b3", port: 4223)]
        let after = try RouletteClient(configuration: configuration)
        #expect(after.clusters == before.clusters && after.clusters[1].address == "b:4222")
        #expect(after.ring.fingerprint == before.ring.fingerprint)
        for number in 0..<1000 { #expect(try after.owner(of: "topic.\(number)") == before.owner(of: "topic.\(number)")) }
        for connection in after.pools[1].connections {
            #expect(connection.client.configuration.seeds == configuration.clusters[1].seeds)
        }
    }

    @Test
    func `two equal names are an error if the ring uses names`() {
        var configuration = RouletteConfiguration(clusters: [.init(name: "x", host: "a"), .init(name: "x", host: "b")])
        #expect(throws: Never.self) { try RouletteClient(configuration: configuration) }
        configuration.naming = .name
        let error = #expect(throws: RouletteError.self) { try RouletteClient(configuration: configuration) }
        #expect(error?.code == .configuration)
    }

    @Test
    func `descriptions contain no passwords`() {
        let credentials = NATSClientConfiguration.Credentials.userPassword(user: "u", password: "hunter2")
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!"\(credentials)".contains("hunter2"))
        #expect(!String(reflecting: credentials).contains("hunter2"))
    }
}
