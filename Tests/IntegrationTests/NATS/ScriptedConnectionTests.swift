import NATSWire
import RouletteNATS
import TestSupport
import Testing

@Suite("One connection, on scripted servers", .timeLimit(.minutes(2)))
struct ScriptedConnectionTests {
    private func configuration(port: Int) -> NATSClientConfiguration {
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: port))
        configuration.reconnectBackoff = Backoff(base: .milliseconds(1), maximum: .milliseconds(5))
        configuration.reconnectJitter = .milliseconds(5)
        return configuration
    }

    private func withClient(_ configuration: NATSClientConfiguration, _ body: (NATSClient) async throws -> Void) async throws {
        let client = try NATSClient(configuration: configuration)
        let run = Task { await client.run() }
        do {
            try await body(client)
        } catch {
            client.close()
            await run.value
            throw error
        }
        client.close()
        await run.value
    }

    @Test
    func `CONNECT has the fields of ADR-40 and identifies the client`() async throws {
        let server = try await ScriptedServer.start { connection in
            let connect = try await ScriptedServer.handshake(connection)
            for field in [
                "\"verbose\":false", "\"pedantic\":false", "\"protocol\":1", "\"headers\":true", "\"no_responders\":true",
                "\"lang\":\"swift\"", "\"version\":\"0.1.0\"", "\"name\":\"tests\"", "\"echo\":true",
            ] {
                #expect(connect.contains(field))
            }
            try await connection.waitUntilEnded()
        }
        var configuration = configuration(port: server.port)
        configuration.name = "tests"
        try await withClient(configuration) { client in
            try await client.whenConnected()
        }
        try await server.scriptEnded(0)
        await server.close()
    }

    @Test
    func `a PING is answered, also before the handshake is complete, and a surplus PONG is ignored`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await connection.send("INFO {\"server_id\":\"x\",\"headers\":true,\"max_payload\":1048576}\r\n")
            try await connection.expect("CONNECT ")
            try await connection.expect("PING")
            try await connection.send("PING\r\n")
            try await connection.expect("PONG")
            try await connection.send("PONG\r\nPONG\r\n+OK\r\n")
            // The client first sends its own PING after the subscriptions, then the answer to this one.
            try await connection.expect("PING")
            try await connection.send("PONG\r\nPING\r\n")
            try await connection.expect("PONG")
        }
        try await withClient(configuration(port: server.port)) { _ in
            try await server.scriptEnded(0)
        }
        await server.close()
    }

    @Test
    func `input that arrives one byte at a time gives the same result`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            try await connection.expect("PING")
            let subscribe = try await connection.expect("SUB bytes ")
            let sid = subscribe.split(separator: " ").last.map(String.init) ?? ""
            try await connection.send(Array("MSG bytes \(sid) 5\r\nhello\r\nPONG\r\n".utf8), inChunksOf: 1)
            try await connection.waitUntilEnded()
        }
        try await withClient(configuration(port: server.port)) { client in
            try await client.whenConnected()
            let subscription = try await client.subscribe(to: "bytes")
            var iterator = subscription.makeAsyncIterator()
            let message = try #require(try await iterator.next())
            #expect(String(buffer: message.payload) == "hello")
        }
        await server.close()
    }

    @Test(
        arguments: [
            "-ERR 'Stale Connection'\r\n", "-ERR 'maximum connections exceeded'\r\n", "-ERR 'Authorization Violation'\r\n",
            "-ERR 'User Authentication Expired'\r\n", "-ERR 'Unknown Protocol Operation'\r\n", "-ERR 'Something New'\r\n", "",
            "GARBAGE\r\n", "MSG a 1 99999999999999999999\r\n",
        ]
    )
    func `the client reconnects after every way in which a server can end a connection`(farewell: String) async throws {
        let server = try await ScriptedServer.start { connection, index in
            try await ScriptedServer.handshake(connection)
            guard index == 0 else { return try await connection.waitUntilEnded() }
            try await connection.expect("PING")
            try await connection.send("PONG\r\n" + farewell)
        }
        try await withClient(configuration(port: server.port)) { client in
            _ = try await server.connection(1)
            try await client.whenConnected()
            #expect(client.snapshot.lastError != nil)
        }
        await server.close()
    }

    @Test
    func `a subscription canceled during an outage is not renewed`() async throws {
        let server = try await ScriptedServer.start { connection, index in
            try await ScriptedServer.handshake(connection)
            if index == 0 {
                try await connection.expect("PING")
                try await connection.send("PONG\r\n")
                try await connection.expect("SUB kept ")
                try await connection.expect("SUB dropped ")
                return
            }
            // The new connection begins with the active subscriptions and a PING after them.
            #expect(try await connection.nextLine().hasPrefix("SUB kept "))
            #expect(try await connection.nextLine() == "PING")
        }
        try await withClient(configuration(port: server.port)) { client in
            try await client.whenConnected()
            let kept = try await client.subscribe(to: "kept")
            let dropped = try await client.subscribe(to: "dropped")
            dropped.cancel()
            try await server.scriptEnded(1)
            kept.cancel()
        }
        await server.close()
    }

    @Test
    func `messages published without a connection are sent completely and in order on the next one`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            var lines: [String] = []
            while lines.count < 6 {
                let line = try await connection.nextLine()
                if line != "PING" { lines.append(line) }
            }
            #expect(lines == ["PUB a 1", "0", "PUB a 1", "1", "PUB a 1", "2"])
        }
        let client = try NATSClient(configuration: configuration(port: server.port))
        for number in 0..<3 { try await client.publish("\(number)", to: "a") }
        let run = Task { await client.run() }
        try await server.scriptEnded(0)
        client.close()
        await run.value
        await server.close()
    }

    @Test
    func `a server that requires credentials decides about a CONNECT without any`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await connection.send("INFO {\"server_id\":\"x\",\"auth_required\":true,\"max_payload\":1048576}\r\n")
            let connect = try await connection.expect("CONNECT")
            for key in ["user", "pass", "auth_token", "jwt", "nkey", "sig"] {
                #expect(!connect.contains("\"\(key)\""), "\(connect)")
            }
        }
        try await withClient(configuration(port: server.port)) { _ in
            try await server.scriptEnded(0)
        }
        await server.close()
    }

    @Test
    func `credentials are requested again on every attempt`() async throws {
        let server = try await ScriptedServer.start { connection, index in
            let connect = try await ScriptedServer.handshake(connection, info: "\"auth_required\":true")
            #expect(connect.contains("\"auth_token\":\"token-\(index)\""))
        }
        let attempts = Watched(0)
        var configuration = configuration(port: server.port)
        configuration.credentials = {
            attempts.update { attempt in
                defer { attempt += 1 }
                return .token(Secret("token-\(attempt)"))
            }
        }
        try await withClient(configuration) { _ in
            for attempt in 0..<3 { try await server.scriptEnded(attempt) }
        }
        await server.close()
    }
}

extension NATSClient {
    /// Waits for the end of the handshake.
    func whenConnected() async throws {
        while !isConnected { try await waitUntilConnected(timeout: .seconds(20)) }
    }
}
