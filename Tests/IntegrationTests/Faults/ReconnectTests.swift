import NATSWire
import RouletteNATS
import TestSupport
import Testing

/// Acceptance checks 6, 9 and 11: reconnecting. Check 7 is tested on virtual time.
@Suite("Faults: reconnecting", .timeLimit(.minutes(2)))
struct ReconnectTests {
    @Test
    func `check 6: a connection is stale once, then connected for at least five ping intervals`() async throws {
        try await NATSServerProcess.withServer { server in
            // Long enough for a busy machine to answer in time, so that only the pause makes the connection stale.
            try await server.withClient({ $0.pingInterval = .seconds(1) }) { client in
                let events = client.events(buffer: 100)
                server.pause()
                #expect(try await events.firstLoss().cause.code == .stale)
                server.resume()
                try await client.whenConnected()
                let before = client.snapshot.roundTrip?.count ?? 0
                // Each answered PING is a round trip. The first interval is up to one second longer.
                try await poll(until: "five answered pings") { (client.snapshot.roundTrip?.count ?? 0) >= before + 5 }
                #expect(client.snapshot.reconnects == 1)
                #expect(client.snapshot.pingMisses <= 1)
            }
        }
    }

    /// Every -ERR of nats-server that ends a connection, an unknown one, invalid bytes, and an end without a message.
    static let farewells: [(text: String, code: NATSError.Code)] = [
        ("-ERR 'Unknown Protocol Operation'\r\n", .protocolViolation),
        ("-ERR 'Maximum Payload Violation'\r\n", .protocolViolation),
        ("-ERR 'maximum control line exceeded'\r\n", .protocolViolation),
        ("-ERR 'Authorization Violation'\r\n", .authorization),
        ("-ERR 'Authentication Timeout'\r\n", .authorization),
        ("-ERR 'User Authentication Expired'\r\n", .authorization),
        ("-ERR 'User Authentication Revoked'\r\n", .authorization),
        ("-ERR 'Account Authentication Expired'\r\n", .authorization),
        ("-ERR 'Stale Connection'\r\n", .serverError),
        ("-ERR 'maximum connections exceeded'\r\n", .serverError),
        ("-ERR 'maximum account active connections exceeded'\r\n", .serverError),
        ("-ERR 'Connection throttling is active. Please try again later.'\r\n", .serverError),
        ("-ERR 'Secure Connection - TLS Required'\r\n", .configuration),
        ("-ERR 'invalid client protocol'\r\n", .configuration),
        ("-ERR 'no responders requires headers support'\r\n", .configuration),
        ("-ERR 'Something That No Server Says Yet'\r\n", .serverError),
        ("", .disconnected),
        ("GARBAGE\r\n", .protocolViolation),
    ]

    @Test(arguments: farewells)
    func `check 9: each ending is one loss with its cause, followed by a reconnect`(text: String, code: NATSError.Code)
        async throws
    {
        let server = try await ScriptedServer.start { connection, index in
            try await ScriptedServer.handshake(connection)
            guard index == 0 else { return try await connection.waitUntilEnded(within: .seconds(60)) }
            try await connection.expect("PING")
            try await connection.send("PONG\r\n" + text)
        }
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: server.port))
        configuration.reconnectBackoff = Backoff(base: .milliseconds(1), maximum: .milliseconds(5))
        configuration.reconnectJitter = .milliseconds(5)
        let client = try NATSClient(configuration: configuration)
        let events = client.events(buffer: 100)
        let run = Task { await client.run() }
        var losses: [NATSError] = []
        var connects = 0
        while connects < 2, let next = await events.next() {
            switch next.event {
            case .connected:
                connects += 1
                // The server answers this PING with its last message. The keepalive's PING would take seconds.
                if connects == 1 { Task { try? await client.flush() } }
            case .disconnected(let cause, _): losses.append(cause)
            default: break
            }
        }
        #expect(losses.map(\.code) == [code], "\(losses)")
        #expect(client.isConnected)
        client.close()
        await run.value
        await server.close()
    }

    @Test
    func `check 11: 100 forced reconnects during traffic leave one open socket and duplicate nothing`() async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(monitoring: true)) { server in
            let listener = try await RawClient.connect(port: server.port)
            try await listener.subscribe(to: "forced")
            try await server.withClient({ $0.name = "forced" }) { client in
                let isDone = Watched(false)
                let publishing = Task {
                    var number = 0
                    while !isDone.value {
                        for _ in 0..<20 {
                            try await client.publish("\(number)", to: "forced")
                            number += 1
                        }
                        try await Task.sleep(for: .milliseconds(1))
                    }
                    return number
                }
                let events = client.events(buffer: 1_000)
                for _ in 0..<100 {
                    client.reconnect(hard: true)
                    try await events.first { if case .connected = $0 { true } else { false } }
                }
                isDone.update { $0 = true }
                let published = try await publishing.value
                try await client.flush()
                #expect(client.snapshot.reconnects == 100)
                let lost = Int(client.snapshot.lost)

                try await listener.flush()
                let numbers = try listener.pendingMessages().map { Int($0.text) ?? -1 }
                #expect(Set(numbers).count == numbers.count, "no number arrives twice")
                // A server may still read from the old socket when the new one is already open.
                let overtaken = zip(numbers, numbers.dropFirst()).count { $0 > $1 }
                #expect(overtaken <= 100, "in order between two reconnects")
                #expect(published <= numbers.count + lost)

                // The server detects the end of the last socket with a delay.
                try await withDeadline(.seconds(60), "more than one socket of the client is open") {
                    while try await server.connections().count(where: { $0.name == "forced" }) != 1 {}
                }
            }
            await listener.close()
        }
    }
}
