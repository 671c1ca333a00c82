import Foundation
import Roulette
import TestSupport
import Testing

@testable import Console

/// Faults behind real load balancers, which this program sees only through INFO and through its connections. For each, what the
/// console shows, what the events say, and what `roulette status` prints.
@Suite("The servers behind a load balancer", .timeLimit(.minutes(5)))
struct NodeTests {
    /// All connections lead to the first server, so that the others hold none.
    private static let first: HAProxyProcess.Settings = {
        var settings = HAProxyProcess.Settings()
        settings.balance = "first"
        return settings
    }()

    /// Runs a client with one connection of each role, and records its events.
    private func withClient(
        of deployment: BalancedDeployment,
        pingInterval: Duration = .seconds(30),
        awaitsUp: Bool = true,
        _ body: (RouletteClient, Watched<[RouletteEvent]>) async throws -> Void
    ) async throws {
        var configuration = deployment.configuration
        configuration.poolSize = 1
        configuration.pingInterval = pingInterval
        let client = try RouletteClient(configuration: configuration)
        let (events, stream) = (Watched<[RouletteEvent]>([]), client.events)
        let recording = Task { for await event in stream { events.update { $0.append(event) } } }
        try await withRunning(client) {
            if awaitsUp {
                try await poll(until: "all connections") { client.snapshot().clusters.allSatisfy { $0.state == .up } }
            }
            try await body(client, events)
        }
        await recording.value
    }

    /// What the Overview shows of a cluster: its state, its servers and the reason.
    private func overview(_ client: RouletteClient, _ cluster: Int = 0) -> (state: String, nodes: String, reason: String) {
        let row = ClusterRow.rows(of: client.snapshot())[cluster]
        return (row.stateText.plain, row.nodesText.plain, row.reason?.text.plain ?? "")
    }

    private func events(_ events: Watched<[RouletteEvent]>, _ kind: RouletteEvent.Kind) -> [RouletteEvent] {
        events.value.filter { $0.kind == kind }
    }

    /// Runs `roulette status --json` on all load balancers.
    private func status(_ deployment: BalancedDeployment) async throws -> BuiltProgram.Result {
        try await BuiltProgram.run(["status", "--json"] + arguments(deployment))
    }

    private func arguments(_ deployment: BalancedDeployment) -> [String] {
        zip(deployment.clusters, deployment.balancers).flatMap { ["--server", "\($0.name)=\($1.address)"] }
    }

    private struct Cluster: Decodable {
        struct Node: Decodable {
            let name: String?
            let address: String?
            let state: String
        }

        let state: String
        let identity: String?
        let alarms: [String]
        let idle_timeout: String?
        let losses_1h: Int
        let nodes: [Node]
    }

    private func clusters(_ output: String) throws -> [Cluster] {
        try output.split(separator: "\n").map { try JSONDecoder().decode(Cluster.self, from: Data($0.utf8)) }
    }

    /// Makes a load balancer send all connections, old and new, to other servers.
    private func lead(_ balancer: HAProxyProcess, to backends: [HAProxyProcess.Backend]) async throws {
        try await balancer.setBackends(backends)
        for backend in backends { try await balancer.cutSessions(of: backend) }
    }

    // MARK: Servers

    @Test
    func `all servers are known, also those without a connection`() async throws {
        try await BalancedDeployment.with(clusters: 2, nodes: 3) { deployment in
            try await withClient(of: deployment) { client, _ in
                try await poll(until: "both connections of each cluster") {
                    client.snapshot().clusters.allSatisfy { $0.nodes.all.map(\.connections).reduce(0, +) == 2 }
                }
                for (cluster, snapshot) in zip(deployment.clusters, client.snapshot().clusters) {
                    #expect(Set(snapshot.nodes.all.compactMap(\.address)) == Set(cluster.addresses))
                    #expect(snapshot.nodes.all.allSatisfy { $0.state == .present })
                    #expect(snapshot.nodes.unmatchedAddresses.isEmpty)
                }
                #expect(client.snapshot().identityAlarms.isEmpty)
                #expect(overview(client).nodes == "3/3" && overview(client).reason == "")
                let status = try await status(deployment)
                #expect(status.status == .exited(0), "\(status.output)")
                let nodes = try clusters(status.output).map { $0.nodes.compactMap(\.address) }
                #expect(nodes.map { Set($0) } == deployment.clusters.map { Set($0.addresses) })
            }
        }
    }

    @Test
    func `a server that dies without a connection is reported within 2 s of INFO, and so is its return`() async throws {
        try await BalancedDeployment.with(clusters: 1, nodes: 3, settings: Self.first) { deployment in
            let servers = deployment.clusters[0].servers
            let witness = try await TCPConnection.connect(port: servers[0].port)
            // A server sends INFO again only after its first PONG.
            try await witness.send("CONNECT {\"protocol\":1}\r\nPING\r\n")
            func lastInfo() -> Substring {
                let text = String(decoding: witness.inbound.value.bytes, as: UTF8.self)
                return text.split(separator: "\r\n").last { $0.hasPrefix("INFO ") } ?? ""
            }
            try await withClient(of: deployment) { client, events in
                servers[2].kill()
                try await poll(until: "INFO without the server", every: .milliseconds(5)) {
                    !lastInfo().contains(servers[2].address)
                }
                let announced = ContinuousClock.now
                try await poll(until: "the loss of the server", every: .milliseconds(5)) {
                    !self.events(events, .nodeGone).isEmpty
                }
                #expect(ContinuousClock.now - announced < .seconds(2))
                #expect(self.events(events, .nodeGone).map(\.node) == [servers[2].address])
                #expect(self.events(events, .disconnected).isEmpty)
                #expect(overview(client).state == "up, 1 node gone" && overview(client).nodes == "2/3")
                #expect(overview(client).reason.hasSuffix(": \(servers[2].address)"))
                // A new program knows only the servers that are there.
                let status = try await status(deployment)
                #expect(status.status == .exited(0))
                #expect(Set(try clusters(status.output)[0].nodes.compactMap(\.address)) == Set(servers.prefix(2).map(\.address)))

                try await servers[2].restart()
                try await poll(until: "the return of the server") { !self.events(events, .nodeBack).isEmpty }
                // The servers may announce it, withdraw it when they close a duplicate route, and announce it again.
                #expect(Set(self.events(events, .nodeBack).map(\.node)) == [servers[2].address])
                try await poll(until: "a complete cluster") {
                    overview(client).nodes == "3/3" && overview(client).reason == ""
                }
            }
            await witness.close()
        }
    }

    @Test
    func `two servers that die are two that are gone, until they are dismissed; status --watch reports them`() async throws {
        try await BalancedDeployment.with(clusters: 1, nodes: 3, settings: Self.first) { deployment in
            let servers = deployment.clusters[0].servers
            let watch = try StartedProgram(["status", "--watch", "--interval", "200ms"] + arguments(deployment))
            try await watch.waitFor("3 of 3 nodes")
            try await withClient(of: deployment) { client, events in
                for server in servers.dropFirst() { server.kill() }
                try await poll(until: "both losses") { self.events(events, .nodeGone).count == 2 }
                #expect(overview(client).state == "up, 2 nodes gone" && overview(client).nodes == "1/3")
                try await watch.waitFor("1 of 3 nodes")
                try await watch.waitFor("WARNING: \(servers[1].address) of \(deployment.clusters[0].name) is gone")
                client.dismissGoneNodes()
                #expect(overview(client).nodes == "1/1" && overview(client).reason == "")
            }
            watch.signal(SIGTERM)
            _ = try await watch.result()
        }
    }

    // MARK: Identity

    @Test
    func `a load balancer that leads into another cluster is an alarm at connect, until it leads home again`() async throws {
        try await BalancedDeployment.with(clusters: 2, nodes: 2) { deployment in
            let (balancer, other) = (deployment.balancers[0], deployment.balancers[1])
            let (name, otherName) = (deployment.clusters[0].name, deployment.clusters[1].name)
            let home = balancer.backends
            try await balancer.setBackends(other.backends)
            try await withClient(of: deployment) { client, events in
                // With the connections, there is the alarm.
                let alarms = client.snapshot().identityAlarms
                #expect(alarms.map(\.description) == ["\(name) leads to the same cluster as \(otherName)"])
                #expect(self.events(events, .identityAlarm).last?.identityAlarm?.description == alarms.first?.description)
                #expect(overview(client).state == "wrong cluster")
                #expect(overview(client).reason.hasPrefix("leads to the cluster of \(otherName); check the load balancer"))
                #expect(overview(client, 1).reason == "")
                let status = try await status(deployment)
                #expect(status.status == .exited(1))
                #expect(try clusters(status.output)[0].alarms == ["\(name) leads to the same cluster as \(otherName)"])
                #expect(try clusters(status.output)[0].identity == otherName)
                #expect(status.errors.contains("WARNING: \(name) leads to"))

                try await lead(balancer, to: home)
                try await poll(until: "the end of the alarm") { client.snapshot().identityAlarms.isEmpty }
                try await poll(until: "the event of its end") { !self.events(events, .identityAlarmEnded).isEmpty }
                try await poll(until: "the right cluster alone") { overview(client).reason == "" }
            }
        }
    }

    @Test
    func `messages of the cluster that a wrong load balancer leads to are counted once, for that cluster`() async throws {
        try await BalancedDeployment.with(clusters: 2, nodes: 1) { deployment in
            try await withClient(of: deployment) { client, _ in
                let subscription = try await client.subscribe(
                    to: "orders.*",
                    options: SubscribeOptions(restart: .permanent, confirmed: true)
                )
                try await lead(deployment.balancers[0], to: deployment.balancers[1].backends)
                try await poll(until: "the alarm") {
                    !client.snapshot().identityAlarms.isEmpty && client.snapshot().clusters.allSatisfy { $0.state == .up }
                }
                // A PONG of each connection: the servers have the SUBs that were sent at connect.
                await client.measureRoundTrips()
                let store = TrafficStore(ring: client.ring)
                store.add(.init(id: 1, pattern: "orders.*", purpose: .watch, isQueueMember: false))
                store.set(MessageOrigins(ClusterRow.rows(of: client.snapshot())))
                let publisher = try await RawClient.connect(port: deployment.clusters[1].servers[0].port)
                for number in 0..<100 { try await publisher.publish("\(number)", to: "orders.eu") }
                var received = 0
                // Both connections deliver each message.
                while received < 200, let batch = try await subscription.nextBatch() {
                    received += batch.count
                    store.receive(batch, from: 1, at: Moment())
                }
                let (traffic, _) = store.collect(at: Moment(), samples: false)
                #expect(traffic.clusters.map(\.messagesIn) == [0, 100])
                subscription.cancel()
                await publisher.close()
            }
        }
    }

    // MARK: The load balancer itself

    @Test
    func `an idle timeout that is shorter than ping_interval is named as the cause of repeated losses`() async throws {
        var settings = HAProxyProcess.Settings()
        settings.idleTimeout = .milliseconds(1_500)
        try await BalancedDeployment.with(clusters: 1, nodes: 2, settings: settings) { deployment in
            // A round trip is traffic, so the interval is longer than the idle timeout.
            let watch = try StartedProgram(["status", "--watch", "--interval", "2s", "--json"] + arguments(deployment))
            try await withClient(of: deployment) { client, events in
                try await poll(until: "the cause") { !self.events(events, .idleTimeout).isEmpty }
                let timeout = try #require(self.events(events, .idleTimeout).first?.idleTimeout)
                // On a busy machine, one loss may look longer than the others.
                #expect(timeout.lost >= 3 && timeout.losses - timeout.lost <= 1)
                #expect((1.3...2.5).contains(timeout.idle / .seconds(1)))
                #expect(timeout.description.hasSuffix("the load balancer's time-out is shorter than ping_interval (30 s)"))
                try await poll(until: "the Overview with an open connection") { overview(client).state == "flapping" }
                #expect(overview(client).reason.contains("idle: the load balancer's time-out is shorter than ping_interval"))
                #expect(client.snapshot().clusters[0].lossesInLastHour >= 3)
                try await watch.waitFor("time-out is shorter than ping_interval")
            }
            watch.signal(SIGTERM)
            let status = try clusters(try await watch.result().output)
            #expect(status.last { $0.idle_timeout != nil }.map { $0.losses_1h >= 3 } == true)
        }
    }

    @Test
    func `without a server behind the load balancer, the reason asks for a healthy node`() async throws {
        try await BalancedDeployment.with(clusters: 1, nodes: 2) { deployment in
            let balancer = deployment.balancers[0]
            try await withClient(of: deployment) { client, events in
                for backend in balancer.backends {
                    try await balancer.set(backend, to: .maintenance)
                    try await balancer.cutSessions(of: backend)
                }
                try await poll(until: "the loss of the cluster", last: { self.overview(client).reason }) {
                    overview(client).state.hasPrefix("down")
                        && overview(client).reason.contains("is there a healthy node behind the load balancer")
                }
                #expect(self.events(events, .disconnected).count >= 2)
                #expect(self.events(events, .nodeGone).isEmpty, "nothing is known about the servers")
                #expect(overview(client).nodes == "?/2")
                let status = try await status(deployment)
                #expect(status.status == .exited(1))
                #expect(status.output.contains("is there a healthy node behind the load balancer"))
                for backend in balancer.backends { try await balancer.set(backend, to: .ready) }
                try await poll(until: "the cluster") {
                    overview(client).nodes == "2/2" && client.snapshot().clusters[0].state == .up
                }
            }
        }
    }

    @Test
    func `if all load balancers freeze in the same second, the own network may be the cause, and not if one does`() async throws {
        try await BalancedDeployment.with(clusters: 2, nodes: 1) { deployment in
            try await withClient(of: deployment, pingInterval: .milliseconds(500)) { client, _ in
                let start = ContinuousClock.now
                let watch = Watched(SilenceWatch())
                func blames() -> Bool {
                    watch.update { watch in
                        watch.update(ClusterRow.rows(of: client.snapshot()), at: ContinuousClock.now - start)
                        return watch.blamesOwnNetwork
                    }
                }
                // Both clusters were heard before.
                for _ in 0..<20 {
                    #expect(!blames())
                    try await Task.sleep(for: .milliseconds(100))
                }
                for balancer in deployment.balancers { balancer.pause() }
                try await poll(until: "the suspicion", every: .milliseconds(100)) { blames() }
                deployment.balancers[0].resume()
                try await poll(until: "the end of the suspicion", every: .milliseconds(100)) { !blames() }
                try await poll(until: "the loss of the other", every: .milliseconds(100)) {
                    #expect(!blames())
                    return overview(client, 1).state.hasPrefix("down") && overview(client).state.hasPrefix("up")
                }
                deployment.balancers[1].resume()
            }
        }
    }

    @Test
    func `a frozen load balancer makes the cluster stale, then down, and is accepted but silent for new programs`() async throws {
        try await BalancedDeployment.with(clusters: 1, nodes: 2) { deployment in
            let balancer = deployment.balancers[0]
            try await withClient(of: deployment, pingInterval: .seconds(1)) { client, events in
                balancer.pause()
                try await poll(until: "silence") { overview(client).state == "stale" }
                #expect(overview(client).reason.hasPrefix("no answer to 1 of 2 pings"))
                try await poll(until: "the loss of the cluster") { overview(client).state.hasPrefix("down") }
                try await poll(until: "both losses") { self.events(events, .disconnected).count >= 2 }
                let cause = self.events(events, .disconnected).first?.cause?.message
                #expect(cause?.contains("no byte received during 2 ping intervals") == true)
                let status = try await status(deployment)
                #expect(status.status == .exited(1))
                #expect(status.output.contains("it accepted the connection but sent no INFO"))
                balancer.resume()
                try await poll(until: "the cluster") { client.snapshot().clusters[0].state == .up }
            }
        }
    }
}
