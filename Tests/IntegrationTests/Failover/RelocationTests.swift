import Roulette
import TestSupport
import Testing

/// The use of other connections of the pool for subscriptions whose own connection does not return.
@Suite("Subscribing through the pool", .timeLimit(.minutes(3)))
struct RelocationTests {
    /// Runs a client with two subscriber connections through a proxy, which can keep lost connections from returning.
    private func withProxy(
        _ body: (_ client: RouletteClient, _ proxy: FaultProxy, _ server: NATSServerProcess) async throws -> Void
    ) async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(monitoring: true)) { server in
            let proxy = try await FaultProxy.start(to: server.port)
            var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: proxy.port)])
            configuration.role = .subscriber
            configuration.poolSize = 2
            configuration.subscriptionRestart = .permanent
            configuration.maxBackoff = .milliseconds(100)
            configuration.metricsInterval = nil
            let client = try RouletteClient(configuration: configuration)
            try await withRunning(client) {
                try await proxy.connections(atLeast: 2)
                try await self.wait(for: client, "both connections") { $0.allSatisfy { $0 } }
                try await body(client, proxy, server)
            }
            await proxy.close()
        }
    }

    private func wait(
        for client: RouletteClient,
        _ what: String,
        _ condition: @escaping @Sendable ([Bool]) -> Bool
    ) async throws {
        let isSatisfied = { @Sendable in condition(client.snapshot().clusters[0].connections.map(\.connection.isUp)) }
        try await withDeadline(.seconds(20), "\(what) did not come up") {
            let events = client.events
            if isSatisfied() { return }
            for await _ in events where isSatisfied() { return }
        }
    }

    /// Interrupts a connection while the proxy refuses new ones, and returns when no messages are missed any more.
    private func lose(_ slot: Int, of client: RouletteClient, _ proxy: FaultProxy, resumed count: Int) async throws {
        proxy.setRefusing(true)
        let events = client.events
        client.reconnect(role: .subscriber, slot: slot, hard: true)
        try await withDeadline(.seconds(20), "the subscriptions did not resume") {
            var resumed = 0
            for await event in events {
                if case .subscriptionResumed = event.detail { resumed += 1 }
                if resumed == count { return }
            }
        }
        #expect(!client.snapshot().clusters[0].connections[slot].connection.isUp, "the connection itself is still down")
    }

    private func topic(home slot: Int, of client: RouletteClient) throws -> String {
        try #require((0..<100).map { "topic.\($0)" }.first { client.ring.lookup(of: $0).hash % 2 == UInt64(slot) })
    }

    @Test
    func `subscriptions of a connection that stays down move to another one, without further losses or duplicates`()
        async throws
    {
        try await withProxy { client, proxy, server in
            let (moving, staying) = (try topic(home: 0, of: client), try topic(home: 1, of: client))
            let confirmed = SubscribeOptions(confirmed: true)
            let subscriptions = [
                try await client.subscribe(to: moving, options: confirmed),
                try await client.subscribe(to: moving, options: confirmed),
                try await client.subscribe(to: staying, options: confirmed),
            ]
            let member = try await client.subscribe(to: moving, options: SubscribeOptions(queueGroup: "q", confirmed: true))
            let publisher = try await RawClient.connect(port: server.port)
            var iterators = (subscriptions + [member]).map { $0.makeAsyncIterator() }

            func expectEachOnce(_ round: String) async throws {
                for topic in [moving, staying] {
                    for number in 0..<50 { try await publisher.publish("\(round) \(number)", to: topic) }
                }
                try await publisher.flush()
                for index in iterators.indices {
                    for number in 0..<50 {
                        let body = try await iterators[index].next()?.body
                        try #require(body == "\(round) \(number)", "subscription \(index)")
                    }
                }
            }
            try await expectEachOnce("before")
            try await lose(0, of: client, proxy, resumed: 3)
            try await expectEachOnce("on the other connection")
            // Another subscription shares the SUB that moved.
            let late = try await client.subscribe(to: moving, options: confirmed)
            iterators.append(late.makeAsyncIterator())
            try await server.subscriptions("one SUB for each topic and one for the member") { $0.count == 3 }
            try await expectEachOnce("with one more")

            proxy.setRefusing(false)
            try await wait(for: client, "the first connection") { $0[0] }
            try await expectEachOnce("with both connections")
            try await lose(1, of: client, proxy, resumed: 5)
            try await expectEachOnce("all on the first connection")
            #expect(client.snapshot().clusters[0].connections.map(\.connection.subscriptions) == [3, 0])

            for subscription in subscriptions + [member, late] { subscription.cancel() }
            try await server.subscriptions("no SUB") { $0.isEmpty }
            await publisher.close()
        }
    }

    @Test
    func `connections that come up one after the other keep the subscriptions of their own topics`() async throws {
        let isOpen = Watched(false)
        let server = try await ScriptedServer.start { connection in
            try await connection.send("INFO {\"server_id\":\"S\",\"headers\":true,\"max_payload\":1048576}\r\n")
            let connect = try await connection.expect("CONNECT ")
            try await connection.expect("PING")
            if connect.contains("subscriber 1") { try await isOpen.wait(for: "permission to connect") { $0 ? () : nil } }
            try await connection.send("PONG\r\n")
            while true {
                if try await connection.nextLine(within: .seconds(600)) == "PING" { try await connection.send("PONG\r\n") }
            }
        }
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: server.port)])
        configuration.role = .subscriber
        configuration.poolSize = 2
        configuration.metricsInterval = nil
        let client = try RouletteClient(configuration: configuration)
        try await withRunning(client) {
            let topic = try topic(home: 1, of: client)
            let options = SubscribeOptions(restart: .permanent, requiresConnection: false)
            let subscription = try await client.subscribe(to: topic, options: options)
            try await wait(for: client, "the first connection") { $0 == [true, false] }
            // Longer than the time after which subscriptions of a lost connection move.
            try await Task.sleep(for: .milliseconds(300))
            #expect(subscription.pendingClusters.count == 1)
            isOpen.update { $0 = true }
            try await subscription.whenMade()
            #expect(client.snapshot().clusters[0].connections.map(\.connection.subscriptions) == [0, 1])
        }
        await server.close()
    }

    @Test
    func `a subscription that is canceled or completed during its move leaves nothing behind`() async throws {
        try await withProxy { client, proxy, server in
            let topic = try topic(home: 0, of: client)
            let kept = try await client.subscribe(to: topic, options: SubscribeOptions(maxMessages: 1, confirmed: true))
            for _ in 0..<20 {
                let canceled = try await client.subscribe(to: topic, options: SubscribeOptions(queueGroup: "q", confirmed: true))
                Task { canceled.cancel() }
            }
            try await lose(0, of: client, proxy, resumed: 1)
            try await server.subscriptions("one SUB") { $0.map(\.subject) == [topic] }
            let publisher = try await RawClient.connect(port: server.port)
            for number in 0..<3 { try await publisher.publish("\(number)", to: topic) }
            try await publisher.flush()
            var bodies: [String] = []
            for try await message in kept { bodies.append(message.body) }
            #expect(bodies == ["0"])
            try await server.subscriptions("no SUB") { $0.isEmpty }
            await publisher.close()
        }
    }
}
