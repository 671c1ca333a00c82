import NATSMonitoring
import TestSupport
import Testing

@Suite("Monitoring endpoints", .timeLimit(.minutes(2)))
struct MonitorTests {
    private func monitor(port: Int) throws -> ServerMonitor {
        ServerMonitor(endpoint: try MonitorEndpoint("http://127.0.0.1:\(port)"))
    }

    @Test
    func `a real server reports its identity, its traffic, its clients and its subscriptions`() async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(name: "watched", monitoring: true)) { server in
            let monitor = try monitor(port: try #require(server.ports.monitoring))
            #expect(try await monitor.health().isWell)

            let client = try await RawClient.connect(port: server.port)
            try await client.subscribe(to: "monitor.*")
            for number in 0..<5 { try await client.publish("\(number)", to: "monitor.x") }
            try await client.flush()

            let status = try await monitor.status()
            #expect(status.name == "watched")
            #expect(!status.id.isEmpty)
            #expect(status.version.split(separator: ".").count >= 3)
            #expect(status.port == server.port)
            #expect(status.connections == 1)
            #expect(status.traffic.messagesIn == 5)
            #expect(status.traffic.messagesOut == 5)
            #expect(status.memory > 0)
            #expect(status.maxPayload == 1 << 20)

            var query = ConnectionQuery()
            query.sort = .messagesFrom
            let connections = try await monitor.connections(query)
            #expect(connections.total == 1)
            let connection = try #require(connections.connections.first)
            #expect(connection.traffic.messagesIn == 5)
            #expect(connection.subscriptions == 1)
            #expect(connection.address.hasPrefix("127.0.0.1:"))

            let subscriptions = try await monitor.subscriptions()
            let own = try #require(subscriptions.entries.first { $0.subject == "monitor.*" })
            #expect(own.messages == 5)
            #expect(own.connection == connection.id)

            await client.close()
            query.state = .closed
            query.sort = .id
            var closed: ServerConnection?
            while closed == nil { closed = try await monitor.connections(query).connections.first { $0.id == connection.id } }
            #expect(closed?.closeReason == "Client Closed")
        }
    }

    @Test
    func `a port without a listener is an error`() async throws {
        let error = await #expect(throws: MonitorError.self) { try await monitor(port: 1).status() }
        #expect(error?.code == .unreachable)
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", MonitorError.Code.answer),
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnope", .answer),
            ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", .answer),
            ("HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n" + String(repeating: "x", count: 5_000), .answer),
            ("INFO {}\r\n", .answer), ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", .unreachable), ("", .unreachable),
        ]
    )
    func `other answers are distinguished, within the size limit`(text: String, code: MonitorError.Code)
        async throws
    {
        let server = try await ScriptedServer.start { connection in
            try await connection.expect("GET /varz ")
            try await connection.send(text)
        }
        var monitor = try monitor(port: server.port)
        monitor.answerLimit = 1_000
        monitor.timeout = .seconds(20)
        let error = await #expect(throws: MonitorError.self) { try await monitor.status() }
        #expect(error?.code == code)
        await server.close()
    }

    @Test
    func `a server that accepts and never answers is a timeout`() async throws {
        let server = try await ScriptedServer.start { connection in try await connection.waitUntilEnded() }
        var monitor = try monitor(port: server.port)
        monitor.timeout = .milliseconds(200)
        let error = await #expect(throws: MonitorError.self) { try await monitor.status() }
        #expect(error?.code == .timeout)
        await server.close()
    }
}
