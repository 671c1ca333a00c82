import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct NetworkTests {
    /// A server that returns its input, up to the end of the stream.
    private func echoServer() async throws -> ScriptedServer {
        try await ScriptedServer.start { connection in
            while let chunk = try await connection.nextChunk() { try await connection.send(chunk) }
        }
    }

    // MARK: ScriptedServer

    @Test func `a script runs for each connection and records its input`() async throws {
        let server = try await ScriptedServer.start { connection, index in
            try await connection.send("hello \(index)\r\n")
            try await connection.expect("quit")
        }
        for index in 0..<2 {
            let client = try await TCPConnection.connect(port: server.port)
            #expect(try await client.nextLine() == "hello \(index)")
            try await client.send(Array("noise\nquit\n".utf8), inChunksOf: 1)
            try await client.waitUntilEnded()
            try await server.scriptEnded(index)
            #expect(server.connections[index].inbound.value.bytes == Array("noise\nquit\n".utf8))
        }
        await server.close()
    }

    @Test func `the error of a script is reported`() async throws {
        let server = try await ScriptedServer.start { connection in try await connection.expect("CONNECT") }
        let client = try await TCPConnection.connect(port: server.port)
        _ = try await server.connection(0)
        await client.close()
        await #expect(throws: TCPConnection.Ended.self) { try await server.scriptEnded(0) }
        await server.close()
    }

    @Test func `a reset is distinguished from a close`() async throws {
        let server = try await ScriptedServer.start { connection, index in
            try await connection.expect("go")
            if index == 0 { try await connection.reset() }
        }
        for (index, fails) in [true, false].enumerated() {
            let client = try await TCPConnection.connect(port: server.port)
            _ = try await server.connection(index)
            try await client.send("go\n")
            try await client.waitUntilEnded()
            #expect((client.inbound.value.failure != nil) == fails)
        }
        await server.close()
    }

    // MARK: FaultProxy

    @Test func `a proxy without faults changes nothing`() async throws {
        let server = try await self.echoServer()
        let proxy = try await FaultProxy.start(to: server.port)
        let client = try await TCPConnection.connect(port: proxy.port)
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await client.send(bytes)
        #expect(try await client.nextBytes(bytes.count) == bytes)
        try await client.closeOutput()
        try await client.waitUntilEnded()
        #expect(proxy.accepted == 1)
        await proxy.close()
        await server.close()
    }

    @Test func `the proxy divides, discards and resets`() async throws {
        let server = try await self.echoServer()
        let proxy = try await FaultProxy.start(to: server.port)
        let client = try await TCPConnection.connect(port: proxy.port)

        proxy.set(FaultProxy.Behavior(chunkSize: 1), .toClient)
        try await client.send("in pieces")
        #expect(try await client.nextBytes(9) == Array("in pieces".utf8))

        proxy.set(FaultProxy.Behavior(blackHoleAfter: 12), .toServer)
        try await client.send("cut off")
        #expect(try await client.nextBytes(3) == Array("cut".utf8))

        proxy.set(.faithful)
        try await client.send("again")
        #expect(try await client.nextBytes(5) == Array("again".utf8))

        try await proxy.connections(atLeast: 1)
        try await proxy.reset()
        try await client.waitUntilEnded()
        #expect(client.inbound.value.failure != nil)
        await proxy.close()
        await server.close()
    }

    @Test func `after a half-close, the other direction continues`() async throws {
        let server = try await self.echoServer()
        let proxy = try await FaultProxy.start(to: server.port)
        let client = try await TCPConnection.connect(port: proxy.port)
        try await client.send("1")
        _ = try await client.nextBytes(1)
        try await proxy.halfClose(.toClient)
        try await client.waitUntilEnded()
        try await client.send("2")
        let atServer = try await server.connection(0)
        try await atServer.inbound.wait(for: "the second byte") { $0.bytes == Array("12".utf8) ? () : nil }
        await proxy.close()
        await server.close()
    }

    @Test func `a refusing proxy closes connections immediately`() async throws {
        let server = try await self.echoServer()
        let proxy = try await FaultProxy.start(to: server.port)
        proxy.setRefusing(true)
        let client = try await TCPConnection.connect(port: proxy.port)
        try await client.waitUntilEnded()
        #expect(server.connections.isEmpty)
        await proxy.close()
        await server.close()
    }
}
