import NATSMonitoring
import RouletteNATS
import TestSupport
import Testing

/// Asks the servers of one cluster again and again.
private struct Observation {
    let monitor: ClusterMonitor
    private(set) var readings = NodeReadings()
    private(set) var failures: [MonitorError] = []

    init(_ monitor: ClusterMonitor) {
        self.monitor = monitor
    }

    var reading: ClusterReading { ClusterReading(readings, present: [:]) }

    mutating func ask(connections: ClusterMonitor.Question.Connections? = nil) async -> [ClusterMonitor.Answer] {
        var question = ClusterMonitor.Question()
        question.count = reading.count
        question.reach = (0..<8).map { readings.reach(of: .url($0)) }
        question.connections = connections
        let answers = await monitor.ask(question)
        failures = answers.compactMap(\.failure)
        for answer in answers { readings.record(answer) }
        return answers
    }

    /// Asks until every server has answered.
    mutating func askAll(_ count: Int) async throws {
        let deadline = ContinuousClock.now + .waitLimit
        repeat {
            _ = await ask()
            try #require(ContinuousClock.now < deadline, "\(readings.nodes.count) of \(count) servers answered: \(failures)")
        } while readings.nodes.count < count
    }
}

@Suite("What the servers behind balancers say about themselves", .serialized, .timeLimit(.minutes(5)))
struct MonitoringSourcesTests {
    @Test
    func `nine servers have their own rates, whose sums are the messages that clients sent, whatever the source`() async throws {
        try await MonitoredDeployment.with { deployed in
            for way in MonitoredDeployment.Way.allCases {
                for index in 0..<3 { try await Self.compareRates(deployed, cluster: index, way) }
            }
        }
    }

    /// Publishes a known number of messages on each server of a cluster, and compares.
    private static func compareRates(
        _ deployed: MonitoredDeployment,
        cluster index: Int,
        _ way: MonitoredDeployment.Way
    ) async throws {
        let servers = deployed.deployment.clusters[index].servers
        var observation = Observation(try deployed.monitor(of: index, way))
        try await observation.askAll(3)
        let before = Dictionary(observation.readings.nodes.map { ($0.id, $0.statusAt) }, uniquingKeysWith: { $1 })
        // A subscriber on each server, so that every message also goes over two routes.
        var clients: [RawClient] = []
        var subscribers: [RawClient] = []
        for server in servers {
            let client = try await RawClient.connect(port: server.port)
            try await client.subscribe(to: "load.>")
            try await client.flush()
            subscribers.append(client)
            clients.append(try await RawClient.connect(port: server.port))
        }
        try await Task.sleep(for: .milliseconds(600))
        for (number, client) in clients.enumerated() {
            for _ in 0..<(1000 * (number + 1)) { try await client.publish("0123456789", to: "load.x") }
            try await client.flush()
        }
        for subscriber in subscribers {
            for _ in 0..<6000 { _ = try await subscriber.nextMessage() }
        }
        _ = await observation.ask()
        #expect(observation.failures.isEmpty)
        let reading = observation.reading
        #expect(reading.nodes.count == 3 && reading.unread.isEmpty)
        #expect(reading.nodes.map(\.name) == (0..<3).map { "cluster-\(index)-\($0)" })
        var sum = 0.0
        for (number, node) in reading.nodes.enumerated() {
            let seconds = (node.statusAt - (try #require(before[node.id]))) / .seconds(1)
            let sent = try #require(node.clientRates).messagesIn * seconds
            sum += sent
            // The two counters of a server are read one after the other, and requests of the system account count too.
            #expect(abs(sent - Double(1000 * (number + 1))) < 300, "\(way): \(node.name) counts \(sent)")
            #expect(try #require(node.rates).messagesIn * seconds > 5900, "\(way): with routes, every server receives all")
        }
        #expect(abs(sum - 6000) < 600, "\(way): \(sum) of 6000 in cluster \(index)")
        #expect(reading.mesh.present == 6 && reading.mesh.expected == 6 && reading.mesh.gaps.isEmpty, "\(way)")
        #expect(reading.nodes.allSatisfy { $0.complaint == nil && $0.healthFailure == nil }, "\(way)")
        let reach = observation.readings.reach(of: .url(0))
        #expect(way == .oneBalancedURL ? reach == .severalServers : reach != .severalServers, "\(way)")
        for client in clients + subscribers { await client.close() }
    }

    @Test
    func `the connections of a server are those of no other, over the system account and behind a balanced URL`() async throws {
        try await MonitoredDeployment.with { deployed in
            let servers = deployed.deployment.clusters[1].servers
            var clients: [RawClient] = []
            for (number, server) in servers.enumerated() {
                for _ in 0...number { clients.append(try await RawClient.connect(port: server.port, name: "on-\(number)")) }
            }
            for way in [MonitoredDeployment.Way.systemAccount, .oneBalancedURL] {
                var observation = Observation(try deployed.monitor(of: 1, way))
                try await observation.askAll(3)
                for node in observation.readings.nodes {
                    let answers = await observation.ask(connections: .init(of: node.id, ConnectionQuery()))
                    let listed = answers.flatMap(\.nodes).filter { $0.connections != nil }
                    #expect(listed.map(\.status.id) == [node.id], "\(way)")
                    let connections = try #require(listed.first?.connections).get().connections
                    let names = connections.map(\.name).filter { $0.hasPrefix("on-") }
                    let number = try #require(node.name.last?.wholeNumberValue)
                    #expect(names == Array(repeating: "on-\(number)", count: number + 1), "\(way)")
                }
                var closed = ConnectionQuery()
                (closed.state, closed.sort) = (.closed, .stop)
                let id = observation.readings.nodes[0].id
                let answers = await observation.ask(connections: .init(of: id, closed))
                #expect(try answers.flatMap(\.nodes).contains { try $0.connections?.get() != nil }, "\(way)")
                let (list, connections) = try await deployed.monitor(of: 1, way).subscriptions(limit: 100)
                #expect(!list.serverID.isEmpty && !connections.isEmpty, "\(way)")
            }
            for client in clients { await client.close() }
        }
    }

    @Test
    func `a login of another account is refused in one clear error, and the URLs are asked instead`() async throws {
        try await MonitoredDeployment.with { deployed in
            var configuration = NATSClientConfiguration(
                address: .init(host: "127.0.0.1", port: deployed.deployment.balancers[0].port)
            )
            configuration.credentials = { .userPassword(user: "app", password: "pw") }
            let client = try NATSClient(configuration: configuration)
            async let run: Void = client.run()
            try await client.waitUntilConnected(timeout: .waitLimit)
            let port = deployed.monitoring[0].port
            let monitor = ClusterMonitor(
                system: SystemAccountMonitor(client: client),
                urls: [ServerMonitor(endpoint: try MonitorEndpoint("http://127.0.0.1:\(port)"))],
                now: { .zero }
            )
            let answers = await monitor.ask(.init())
            #expect(answers.map(\.source) == [.systemAccount, .url(0)])
            #expect(answers[0].failure?.code == .refused)
            #expect(answers[0].failure?.message.contains("is the user in the system account?") == true)
            #expect(answers[1].failure == nil && !answers[1].nodes.isEmpty)
            client.close()
            await run
        }
    }

    @Test
    func `a route that is cut is named, and a server that is gone is not a missing route`() async throws {
        let mesh = try await CutMesh.start()
        do {
            var observation = Observation(try mesh.monitor())
            try await poll(until: "three servers with all routes") {
                _ = await observation.ask()
                return observation.reading.mesh.present == 6
            }
            #expect(observation.reading.mesh.gaps.isEmpty && observation.reading.mesh.expected == 6)
            try await mesh.cut()
            // The servers notice it one after the other.
            try await poll(until: "the pair without a route") {
                _ = await observation.ask()
                return observation.reading.mesh.present == 4
            }
            #expect(observation.reading.mesh.gaps == [RouteMesh.Gap(one: "c-1", other: "c-3")])
            #expect(observation.reading.mesh.expected == 6)
            mesh.servers[2].kill()
            try await poll(until: "two servers with all routes, and a silent one") {
                _ = await observation.ask()
                let reading = observation.reading
                return reading.nodes.contains(where: \.isSilent) && reading.mesh.gaps.isEmpty
            }
            #expect(observation.reading.mesh.expected == 2)
            #expect(observation.reading.nodes.filter(\.isSilent).map(\.name) == ["c-3"])
        } catch {
            await mesh.stop()
            throw error
        }
        await mesh.stop()
    }

    @Test
    func `shutdowns and refused logins are reported over the system account`() async throws {
        try await MonitoredDeployment.with { deployed in
            let received = Watched<[SystemAdvisory]>([])
            let monitor = SystemAccountMonitor(client: deployed.system[0])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await monitor.receiveAdvisories { advisory in received.update { $0.append(advisory) } }
                }
                let servers = deployed.deployment.clusters[0].servers
                try await poll(until: "a refused login") {
                    let stranger = try? await RawClient.connect(
                        port: servers[0].port,
                        credentials: .init(user: "sys", password: "wrong")
                    )
                    await stranger?.close()
                    return received.value.contains { if case .refused = $0.kind { true } else { false } }
                }
                let system = try #require(deployed.system[0].snapshot.server?.name)
                let other = try #require(servers.first { $0.configuration.name != system })
                await other.stop()
                try await received.wait(for: "the shutdown") { all in
                    all.contains { $0.kind == .shutdown && $0.server == other.configuration.name } ? () : nil
                }
                group.cancelAll()
            }
        }
    }
}

/// Three servers. The route between the first and the third goes through proxies.
private struct CutMesh: Sendable {
    let servers: [NATSServerProcess]
    let proxies: [FaultProxy]

    static func start() async throws -> CutMesh {
        var servers: [NATSServerProcess] = []
        var proxies: [FaultProxy] = []
        for number in 1...3 {
            var cluster = NATSServerConfiguration.Cluster(name: "c", routes: servers.last.map { [$0.ports.route ?? 0] } ?? [])
            // The first and the third server know each other only from the second one, by the addresses of the proxies.
            let proxy = number == 2 ? nil : try await FaultProxy.start(to: 1)
            cluster.advertise = proxy?.port
            let configuration = NATSServerConfiguration(name: "c-\(number)", cluster: cluster, monitoring: true)
            let server = try await NATSServerProcess.start(configuration)
            if let proxy, let port = server.ports.route {
                proxy.retarget(to: port)
                proxies.append(proxy)
            }
            servers.append(server)
        }
        return CutMesh(servers: servers, proxies: proxies)
    }

    func monitor() throws -> ClusterMonitor {
        let start = ContinuousClock.now
        let urls = try servers.compactMap(\.ports.monitoring).map {
            ServerMonitor(endpoint: try MonitorEndpoint("http://127.0.0.1:\($0)"))
        }
        return ClusterMonitor(system: nil, urls: urls, now: { ContinuousClock.now - start })
    }

    /// Cuts the route between the first and the third server.
    func cut() async throws {
        for proxy in proxies { proxy.setRefusing(true) }
        for proxy in proxies { try await proxy.reset() }
    }

    func stop() async {
        for proxy in proxies { await proxy.close() }
        for server in servers { await server.stop() }
    }
}
