import NATSWire
import RouletteNATS
import TestSupport
import Testing

@Suite("Requests, on scripted servers", .timeLimit(.minutes(2)))
struct ScriptedRequestTests {
    private func configuration(port: Int) -> NATSClientConfiguration {
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: port))
        configuration.reconnectBackoff = Backoff(base: .milliseconds(1), maximum: .milliseconds(5))
        return configuration
    }

    /// Returns the words of the next PUB, and reads its payload.
    private static func nextPublish(_ connection: TCPConnection) async throws -> [String] {
        let words = try await connection.expect("PUB ").split(separator: " ").map(String.init)
        _ = try await connection.nextLine()
        return words
    }

    @Test
    func `the inbox is subscribed once, before the first request, and again on every connection`() async throws {
        let server = try await ScriptedServer.start { connection, index in
            try await ScriptedServer.handshake(connection)
            // The PING after the renewed subscriptions.
            if index == 0 { try await connection.expect("PING") }
            let subscribe = try await connection.expect("SUB _INBOX.").split(separator: " ")
            let (pattern, sid) = (String(subscribe[1]), String(subscribe[2]))
            #expect(pattern.hasSuffix(".*"))
            if index == 1 {
                // A reply to the request of the lost connection.
                try await connection.send("MSG \(pattern.dropLast())AAAAAAAAAAA \(sid) 4\r\nlate\r\n")
            }
            for _ in 0..<3 {
                let publish = try await Self.nextPublish(connection)
                #expect(publish[2].hasPrefix(pattern.dropLast()))
                try await connection.send("MSG \(publish[2]) \(sid) 1\r\n\(index)\r\n")
            }
            guard index == 0 else { return try await connection.waitUntilEnded() }
            _ = try await Self.nextPublish(connection)
            let seen = String(decoding: connection.inbound.value.bytes, as: UTF8.self)
            #expect(seen.split(separator: "\r\n").filter { $0.hasPrefix("SUB ") }.count == 1)
        }
        try await withRunning(try NATSClient(configuration: configuration(port: server.port))) { client in
            for _ in 0..<3 {
                let reply = try await client.request("x", to: "a", timeout: patience)
                #expect(reply.body == "0")
            }
            let lost = await failure { () async throws(NATSError) in
                try await client.request("x", to: "a", timeout: .seconds(600))
            }
            #expect(lost?.code == .disconnected)
            for _ in 0..<3 {
                let reply = try await client.request("x", to: "a", timeout: patience)
                #expect(reply.body == "1")
            }
            #expect(client.snapshot.lateReplies == 1)
        }
        await server.close()
    }

    @Test
    func `a status other than 503, invalid headers, and a 503 with a payload are replies`() async throws {
        let answers = ["NATS/1.0 404 No Messages\r\n\r\n", "GARBAGE\r\n\r\n", "NATS/1.0 503\r\n\r\nx"]
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            let sid = String(try await connection.expect("SUB _INBOX.").split(separator: " ")[2])
            for answer in answers {
                let inbox = try await Self.nextPublish(connection)[2]
                let headers = answer.utf8.count - (answer.hasSuffix("x") ? 1 : 0)
                try await connection.send("HMSG \(inbox) \(sid) \(headers) \(answer.utf8.count)\r\n\(answer)\r\n")
            }
            // ADR-47: a status ends a request for many replies.
            let inbox = try await Self.nextPublish(connection)[2]
            try await connection.send("MSG \(inbox) \(sid) 3\r\none\r\n")
            try await connection.send("HMSG \(inbox) \(sid) 16 16\r\nNATS/1.0 408\r\n\r\n\r\n")
            try await connection.waitUntilEnded()
        }
        try await withRunning(try NATSClient(configuration: configuration(port: server.port))) { client in
            let missing = try await client.request("x", to: "a", timeout: patience)
            #expect(missing.status == HeaderStatus(code: 404, text: "No Messages"))
            let garbage = try await client.request("x", to: "a", timeout: patience)
            #expect(garbage.headerBytes.map { String(buffer: $0) } == "GARBAGE\r\n\r\n")
            #expect(throws: WireError.self) { try garbage.headers }
            let answered = try await client.request("x", to: "a", timeout: patience)
            #expect(answered.status?.code == 503)
            #expect(answered.body == "x")

            var replies: [NATSMessage] = []
            for try await reply in try await client.requestMany("x", to: "a", timeout: .seconds(600)) { replies.append(reply) }
            #expect(replies.map(\.body) == ["one", ""])
            #expect(replies.last?.status?.code == 408)
        }
        await server.close()
    }

    @Test
    func `a request that was never written survives connections that fail, and is sent once`() async throws {
        let server = try await ScriptedServer.start { connection, index in
            guard index >= 2 else {
                // Ends during the handshake.
                try await connection.send("INFO {\"server_id\":\"x\",\"headers\":true,\"max_payload\":1048576}\r\n")
                try await connection.expect("CONNECT ")
                return
            }
            try await ScriptedServer.handshake(connection)
            let sid = String(try await connection.expect("SUB _INBOX.").split(separator: " ")[2])
            let inbox = try await Self.nextPublish(connection)[2]
            try await connection.send("MSG \(inbox) \(sid) 2\r\nok\r\n")
            // The second request is the next published message.
            let other = try await Self.nextPublish(connection)
            #expect(other[1] == "second")
            try await connection.send("MSG \(other[2]) \(sid) 2\r\nok\r\n")
            try await connection.waitUntilEnded()
        }
        let client = try NATSClient(configuration: configuration(port: server.port))
        let first = Task { try await client.request("x", to: "first", timeout: .seconds(600)) }
        while client.snapshot.bufferedMessages == 0 { await Task.yield() }
        try await withRunning(client) { client in
            let reply = try await first.value
            #expect(reply.body == "ok")
            let second = try await client.request("x", to: "second", timeout: .seconds(600))
            #expect(second.body == "ok")
        }
        await server.close()
    }
}
