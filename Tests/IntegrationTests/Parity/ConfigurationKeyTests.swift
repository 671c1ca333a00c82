import Roulette
import TestSupport
import Testing

/// The effect of each key of Roulette 1.0.5's configuration on a real deployment, with its default and another value.
///
/// `RouletteTests/Parity` has `max_retry` and the backoffs, which depend on random numbers and not on a server.
@Suite("Parity with Roulette 1.0.5: configuration keys", .timeLimit(.minutes(2)))
struct ConfigurationKeyTests {
    private static let monitored = NATSServerConfiguration(monitoring: true)

    /// Returns the number of connections of each role on a server.
    private func roles(of server: NATSServerProcess) async throws -> [String: Int] {
        let names = try await server.connections().compactMap(\.name)
        return Dictionary(grouping: names) { name in String(name.split(separator: " ")[1]) }.mapValues(\.count)
    }

    @Test(
        arguments: [
            (RouletteConfiguration.Role?.none, Int?.none, ["publisher": 5, "subscriber": 5]),
            (.subscriber, nil, ["subscriber": 5]),
            (.publisher, 2, ["publisher": 2]),
            (.both, 1, ["publisher": 1, "subscriber": 1]),
        ]
    )
    func `role, pool_size: 5 connections for each function of the role, or the configured number`(
        role: RouletteConfiguration.Role?,
        size: Int?,
        expected: [String: Int]
    ) async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            try await deployment.withClient({ configuration in
                if let role { configuration.role = role }
                if let size { configuration.poolSize = size }
            }) { client in
                try await deployment.waitUntilUp(client)
                #expect(try await roles(of: deployment.servers[0]) == expected)
            }
        }
    }

    @Test
    func `servers: the client connects to every cluster of the list, on its own port`() async throws {
        try await withDeployment(clusters: 3, configuration: Self.monitored) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                #expect(client.clusters.map(\.address) == deployment.servers.map(\.address))
                for server in deployment.servers {
                    #expect(try await roles(of: server) == ["publisher": 5, "subscriber": 5])
                }
            }
        }
    }

    /// Runs a client with one connection to a scripted server.
    private func scripted(
        _ server: ScriptedServer,
        _ change: (inout RouletteConfiguration) -> Void
    ) throws -> RouletteClient {
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: server.port)])
        configuration.poolSize = 1
        configuration.role = .publisher
        change(&configuration)
        return try RouletteClient(configuration: configuration)
    }

    @Test
    func `ping_interval: one PING per interval, and the first up to a second later`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            let clock = ContinuousClock()
            var moments: [ContinuousClock.Instant] = []
            // The first PING follows the subscriptions. There are none.
            for _ in 0..<6 {
                // With the default of 5 s, none of them would arrive in time.
                try await connection.expect("PING", within: .seconds(4))
                moments.append(clock.now)
                try await connection.send("PONG\r\n")
            }
            let first = moments[1] - moments[0]
            #expect(first >= .milliseconds(20), "an interval, minus the delay of the machine")
            #expect(moments[5] - moments[1] >= .milliseconds(150), "four intervals, minus the delay of the machine")
        }
        let client = try scripted(server) { configuration in
            configuration.pingInterval = .milliseconds(50)
            // The script may be late on a busy machine.
            configuration.maxPingFailure = 100
        }
        try await withRunning(client) { try await server.scriptEnded(0) }
        await server.close()
    }

    @Test(arguments: [Int?.none, 1, 5])
    func `max_ping_failure: the connection is lost after this number of intervals without a byte`(limit: Int?) async throws {
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            try await connection.expect("PING")
            try await connection.send("PONG\r\n")
            try await connection.waitUntilEnded()
        }
        let client = try scripted(server) { configuration in
            configuration.pingInterval = .milliseconds(40)
            if let limit { configuration.maxPingFailure = limit }
        }
        let events = client.events
        try await withRunning(client) {
            for await event in events {
                guard case .connection(.disconnected(let cause, _)) = event.detail else { continue }
                #expect(cause.code == .stale)
                #expect(cause.message == "no byte received during \(limit ?? 2) ping intervals, the connection is stale")
                break
            }
        }
        await server.close()
    }

    @Test(arguments: [true, false])
    func `connection_timeout: one deadline for everything up to the PONG`(sendsInfo: Bool) async throws {
        let server = try await ScriptedServer.start { connection in
            if sendsInfo { try await connection.send("INFO {\"server_id\":\"x\",\"max_payload\":1048576}\r\n") }
            try await connection.waitUntilEnded()
        }
        let client = try scripted(server) { $0.connectionTimeout = .milliseconds(150) }
        let events = client.events
        try await withRunning(client) {
            let clock = ContinuousClock()
            let start = clock.now
            for await event in events {
                guard case .connection(.reconnecting(_, _, let cause)) = event.detail else { continue }
                #expect(cause.code == .connectTimeout)
                #expect(clock.now - start < .seconds(4), "the default is 5 s")
                break
            }
        }
        await server.close()
    }

    @Test
    func `subscription_restart: temporary by default, which ends with the connection; permanent continues`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let subscription = try await client.subscribe(to: "t", options: SubscribeOptions(confirmed: true))
                client.reconnect(role: .subscriber, hard: true)
                let error = await #expect(throws: RouletteError.self) { for try await _ in subscription {} }
                #expect(error?.code == .subscriptionLost)
            }
            try await deployment.withClient({ $0.subscriptionRestart = .permanent }) { client in
                let subscription = try await client.subscribe(to: "t", options: SubscribeOptions(confirmed: true))
                let events = client.events
                client.reconnect(role: .subscriber, hard: true)
                for await event in events {
                    if case .subscriptionResumed = event.detail { break }
                }
                try await client.publish("after", to: "t")
                var iterator = subscription.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "after")
                // The option of a single subscription takes precedence.
                let other = try await client.subscribe(
                    to: "t",
                    options: SubscribeOptions(restart: .temporary, confirmed: true)
                )
                client.reconnect(role: .subscriber, hard: true)
                await #expect(throws: RouletteError.self) { for try await _ in other {} }
            }
        }
    }
}
