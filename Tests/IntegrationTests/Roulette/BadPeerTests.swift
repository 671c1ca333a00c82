import Roulette
import TestSupport
import Testing

@Suite("Servers that are not NATS servers, or refuse", .timeLimit(.minutes(2)))
struct BadPeerTests {
    /// Returns the reported reason why a client is not connected to this address.
    private func cause(host: String = "127.0.0.1", port: Int, _ change: (inout RouletteConfiguration) -> Void = { _ in })
        async throws -> NATSError
    {
        var configuration = RouletteConfiguration(clusters: [.init(host: host, port: port)])
        configuration.poolSize = 1
        configuration.role = .publisher
        configuration.connectionTimeout = .seconds(20)
        change(&configuration)
        let client = try RouletteClient(configuration: configuration)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let events = client.events
            group.addTask { await client.run() }
            defer { client.close() }
            for await event in events {
                if case .connection(.reconnecting(_, _, let cause)) = event.detail { return cause }
            }
            throw UnexpectedEnd()
        }
    }

    private struct UnexpectedEnd: Error {}

    @Test
    func `a host name that does not resolve`() async throws {
        let error = try await cause(host: "no-such-host.invalid", port: 4222)
        #expect(error.code == .hostNotFound)
        #expect(error.message.contains("no-such-host.invalid"))
    }

    @Test
    func `a port without a listener`() async throws {
        let error = try await cause(port: 1)
        #expect(error.code == .connectFailed)
        #expect(error.message == "connection refused; is a server running on this port?")
    }

    @Test
    func `a server that accepts and sends nothing`() async throws {
        let server = try await ScriptedServer.start { connection in try await connection.waitUntilEnded() }
        let error = try await cause(port: server.port) { $0.connectionTimeout = .seconds(1) }
        #expect(error.code == .connectTimeout)
        #expect(error.message.contains("sent no INFO"))
        await server.close()
    }

    @Test
    func `a server that sends INFO and never a PONG`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await connection.send("INFO {\"server_id\":\"x\",\"max_payload\":1048576}\r\n")
            try await connection.waitUntilEnded()
        }
        let error = try await cause(port: server.port) { $0.connectionTimeout = .seconds(1) }
        #expect(error.code == .connectTimeout)
        #expect(error.message.contains("no PONG"))
        await server.close()
    }

    @Test(
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{1}\u{2}\u{3}\r\n", "INFO not json\r\n",
        ]
    )
    func `a server with another protocol`(greeting: String) async throws {
        let server = try await ScriptedServer.start { connection in
            try await connection.send(greeting)
            try await connection.waitUntilEnded()
        }
        let error = try await cause(port: server.port)
        #expect(error.code == .protocolViolation)
        await server.close()
    }

    @Test
    func `wrong and correct passwords, wrong and correct tokens`() async throws {
        let server = try await NATSServerProcess.start(NATSServerConfiguration(authorization: .user("joe", password: "secret")))
        let wrong = try await cause(port: server.port) { $0.credentials = { .userPassword(user: "joe", password: "nope") } }
        #expect(wrong.code == .authorization)
        let none = try await cause(port: server.port)
        #expect(none.code == .authorization)
        #expect(none.message.hasPrefix("the server asks for credentials and none are configured"), "\(none.message)")
        try await expectConnects(port: server.port) { .userPassword(user: "joe", password: "secret") }
        await server.stop()

        let guarded = try await NATSServerProcess.start(NATSServerConfiguration(authorization: .token("t0ken")))
        let wrongToken = try await cause(port: guarded.port) { $0.credentials = { .token("nope") } }
        #expect(wrongToken.code == .authorization)
        try await expectConnects(port: guarded.port) { .token("t0ken") }
        await guarded.stop()
    }

    private func expectConnects(port: Int, credentials: @escaping @Sendable () -> NATSClientConfiguration.Credentials)
        async throws
    {
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: port)])
        configuration.credentials = credentials
        let client = try RouletteClient(configuration: configuration)
        try await withRunning(client) {
            try await client.publish("x", to: "a")
            try await client.flush()
        }
    }

    @Test
    func `a payload over max_payload is rejected before it is sent, and the connection stays`() async throws {
        let server = try await NATSServerProcess.start(NATSServerConfiguration(extra: "max_payload: 1024"))
        let client = try RouletteClient(
            configuration: RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: server.port)])
        )
        try await withRunning(client) {
            try await client.publish([UInt8](repeating: 1, count: 1024), to: "a")
            let error = await #expect(throws: RouletteError.self) {
                try await client.publish([UInt8](repeating: 1, count: 1025), to: "a")
            }
            #expect(error?.code == .payloadTooLarge)
            #expect(error?.message == "the payload has 1025 bytes, the server accepts at most 1024")
            try await client.flush()
            #expect(client.snapshot().clusters[0].total(\.reconnects) == 0)
        }
        await server.stop()
    }

    @Test
    func `a denied publish is an event that names the topic, and the connection stays`() async throws {
        let server = try await NATSServerProcess.start(
            NATSServerConfiguration(
                extra: """
                    authorization { users: [ { user: joe, password: secret, permissions: { publish: { deny: "forbidden.>" } } } ] }
                    """
            )
        )
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: server.port)])
        configuration.credentials = { .userPassword(user: "joe", password: "secret") }
        let client = try RouletteClient(configuration: configuration)
        try await withRunning(client) {
            let events = client.events
            try await client.publish("x", to: "forbidden.topic")
            for await event in events {
                guard case .connection(.serverError(let error)) = event.detail else { continue }
                #expect(error.code == .permission)
                #expect(error.message.contains("forbidden.topic"))
                break
            }
            #expect(client.snapshot().clusters[0].total(\.reconnects) == 0)
        }
        await server.stop()
    }
}
