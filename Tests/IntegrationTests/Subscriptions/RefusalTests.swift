import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("Refusals by a server", .timeLimit(.minutes(2)))
struct RefusalTests {
    /// A server that applies `permissions` to `joe`.
    private static func server(permissions: String) -> NATSServerConfiguration {
        NATSServerConfiguration(
            monitoring: false,
            extra: "authorization { users: [ { user: joe, password: secret, permissions: { \(permissions) } } ] }"
        )
    }

    private func asJoe(_ configuration: inout RouletteConfiguration) {
        configuration.credentials = { .userPassword(user: "joe", password: "secret") }
        configuration.poolSize = 1
    }

    @Test
    func `check 37: a denied subscription ends with the reason; others lose nothing and the connection stays`()
        async throws
    {
        let configuration = Self.server(permissions: #"subscribe: { deny: "secret.>" }"#)
        try await withDeployment(clusters: 1, configuration: configuration) { deployment in
            try await deployment.withClient(asJoe) { client in
                let neighbour = try await client.subscribe(
                    to: "open.topic",
                    options: SubscribeOptions(maxMessages: 2_000, confirmed: true)
                )
                for number in 0..<1_000 { try await client.publish("\(number)", to: "open.topic") }

                // Without confirmation, the iteration fails instead of the call.
                let unconfirmed = try await client.subscribe(to: "secret.plans")
                let late = await #expect(throws: RouletteError.self) { for try await _ in unconfirmed {} }
                #expect(late?.code == .permission)
                #expect(late?.message.contains("secret.plans") == true)
                #expect(late?.cluster?.index == 0)
                let atOnce = await #expect(throws: RouletteError.self) {
                    try await client.subscribe(to: "secret.plans", options: SubscribeOptions(confirmed: true))
                }
                #expect(atOnce?.code == .permission)

                for number in 1_000..<2_000 { try await client.publish("\(number)", to: "open.topic") }
                var expected = 0
                for try await message in neighbour {
                    #expect(message.body == "\(expected)")
                    expected += 1
                }
                #expect(expected == 2_000)
                #expect(client.snapshot().clusters[0].total(\.reconnects) == 0)
                // The event loop ends the subscription later, and no event reports it.
                try await withDeadline(.seconds(20), "a subscription was not removed") {
                    while client.snapshot().clusters[0].total(\.subscriptions) > 0 { await Task.yield() }
                }
            }
        }
    }

    @Test
    func `check 37: the queue form ends members of the denied group only`()
        async throws
    {
        let configuration = Self.server(permissions: #"subscribe: { allow: [ "jobs", "jobs allowed" ], deny: "jobs denied" }"#)
        try await withDeployment(clusters: 1, configuration: configuration) { deployment in
            try await deployment.withClient(asJoe) { client in
                let member = try await client.subscribe(
                    to: "jobs",
                    options: SubscribeOptions(queueGroup: "allowed", maxMessages: 1, confirmed: true)
                )
                let single = try await client.subscribe(to: "jobs", options: SubscribeOptions(maxMessages: 1, confirmed: true))
                let error = await #expect(throws: RouletteError.self) {
                    try await client.subscribe(
                        to: "jobs",
                        options: SubscribeOptions(queueGroup: "denied", confirmed: true)
                    )
                }
                #expect(error?.code == .permission)
                #expect(error?.message.contains(#"using queue "denied""#) == true)
                try await client.publish("x", to: "jobs")
                for subscription in [member, single] {
                    var bodies: [String] = []
                    for try await message in subscription { bodies.append(message.body) }
                    #expect(bodies == ["x"])
                }
            }
        }
    }

    @Test
    func `check 37: a permission revoked during a subscription ends the subscription that the sid names`() async throws {
        let open = Self.server(permissions: #"subscribe: { allow: ">" }"#)
        try await withDeployment(clusters: 1, configuration: open) { deployment in
            try await deployment.withClient(asJoe) { client in
                let options = SubscribeOptions(restart: .permanent, confirmed: true)
                let revoked = try await client.subscribe(to: "secret.plans", options: options)
                let neighbour = try await client.subscribe(to: "open.topic", options: options)
                try deployment.servers[0].reload(Self.server(permissions: #"subscribe: { deny: "secret.>" }"#))
                let error = await #expect(throws: RouletteError.self) { for try await _ in revoked {} }
                #expect(error?.code == .permission)
                #expect(error?.message.contains("(sid ") == true, "\(error?.message ?? "")")
                try await client.publish("x", to: "open.topic")
                var iterator = neighbour.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "x")
                #expect(client.snapshot().clusters[0].total(\.reconnects) == 0)
            }
        }
    }

    @Test
    func `check 37: a denied publish is an event that names the topic`() async throws {
        let configuration = Self.server(permissions: #"publish: { deny: "forbidden.>" }"#)
        try await withDeployment(clusters: 1, configuration: configuration) { deployment in
            try await deployment.withClient(asJoe) { client in
                let events = client.events
                try await client.publish("x", to: "forbidden.topic")
                for await event in events {
                    guard case .connection(.serverError(let error)) = event.detail else { continue }
                    #expect(error.code == .permission)
                    #expect(error.message.contains(#""forbidden.topic""#))
                    #expect(event.connection?.role == .publisher)
                    break
                }
                // The next flush reports it once more to the publisher. Later flushes succeed.
                try await client.publish("x", to: "open.topic")
                let refused = await #expect(throws: RouletteError.self) { try await client.flush() }
                #expect(refused?.code == .permission && refused?.message.contains("forbidden.topic") == true)
                try await client.publish("x", to: "open.topic")
                try await client.flush()
            }
        }
    }

    @Test
    func `a subscribe that exceeds the server's limit on subscriptions fails, and existing subscriptions stay`() async throws {
        let configuration = NATSServerConfiguration(extra: "max_subscriptions: 2")
        try await withDeployment(clusters: 1, configuration: configuration) { deployment in
            try await deployment.withClient({ $0.poolSize = 1 }) { client in
                let options = SubscribeOptions(maxMessages: 1, confirmed: true)
                let first = try await client.subscribe(to: "a", options: options)
                let second = try await client.subscribe(to: "b", options: options)
                let error = await #expect(throws: RouletteError.self) { try await client.subscribe(to: "c", options: options) }
                #expect(error?.code == .refused)
                #expect(error?.message.contains("maximum subscriptions exceeded") == true)
                // Another consumer of the same topic needs no further subscription.
                let third = try await client.subscribe(to: "a", options: options)
                try await client.publish("x", to: "a")
                try await client.publish("x", to: "b")
                for subscription in [first, second, third] {
                    var received = 0
                    for try await _ in subscription { received += 1 }
                    #expect(received == 1)
                }
            }
        }
    }

    @Test
    func `an error without names ends the only possible subscription, and is only an event if there are several`()
        async throws
    {
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            try await connection.expect("PING")
            try await connection.send("PONG\r\n")
            try await connection.expect("SUB one ")
            try await connection.send("-ERR 'Invalid Subject'\r\n")
            try await connection.expect("SUB two ")
            try await connection.expect("SUB three ")
            try await connection.send("-ERR 'Invalid Subject'\r\n")
            try await connection.waitUntilEnded()
        }
        let client = try NATSClient(configuration: .init(address: .init(host: "127.0.0.1", port: server.port)))
        let run = Task { await client.run() }
        try await client.whenConnected()
        let events = client.events(buffer: 100)
        let one = try await client.subscribe(to: "one")
        let refusal = await #expect(throws: NATSError.self) { for try await _ in one {} }
        #expect(refusal?.code == .serverError)
        #expect(await Self.nextServerError(events) == refusal)
        let two = try await client.subscribe(to: "two")
        let three = try await client.subscribe(to: "three")
        #expect(await Self.nextServerError(events) == refusal)
        #expect(client.snapshot.subscriptions == 2)
        two.cancel()
        three.cancel()
        client.close()
        await run.value
        await server.close()
    }

    private static func nextServerError(_ events: EventStream<NATSEvent>) async -> NATSError? {
        while let (event, _) = await events.next() {
            if case .serverError(let error) = event { return error }
        }
        return nil
    }
}
