import TestSupport
import Testing

@testable import NATSMonitoring

@Suite("Lists in pages", .timeLimit(.minutes(2)))
struct PageTests {
    @Test
    func `connections are read page by page, each once, and no more than requested`() async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(name: "paged", monitoring: true)) { server in
            var monitor = ServerMonitor(
                endpoint: try MonitorEndpoint("http://127.0.0.1:\(try #require(server.ports.monitoring))")
            )
            monitor.pageSize = 4
            var clients: [RawClient] = []
            for number in 0..<11 {
                let client = try await RawClient.connect(port: server.port, name: "client-\(number)")
                try await client.subscribe(to: "paged.\(number)")
                try await client.flush()
                clients.append(client)
            }
            let all = try await monitor.connections()
            #expect(all.total == 11 && all.gaps.isEmpty)
            #expect(Set(all.connections.map(\.name)) == Set((0..<11).map { "client-\($0)" }))
            var query = ConnectionQuery()
            query.limit = 6
            let some = try await monitor.connections(query)
            #expect(some.connections.count == 6 && some.total == 11)
            let subscriptions = try await monitor.subscriptions()
            #expect(Set((0..<11).map { "paged.\($0)" }).isSubset(of: subscriptions.entries.map(\.subject)))
            #expect(try await monitor.subscriptions(limit: 5).entries.count == 5)
            for client in clients { await client.close() }
        }
    }

    @Test
    func `pages of several servers behind one URL are not combined`() async throws {
        let server = try await ScriptedServer.start { connection, index in
            try await connection.expect("GET /connz?")
            let rows = (1...4).map { #"{"cid":\#($0 + 4 * index)}"# }.joined(separator: ",")
            let body = #"{"server_id":"N\#(index)","total":20,"connections":[\#(rows)]}"#
            try await connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        var monitor = ServerMonitor(endpoint: try MonitorEndpoint("http://127.0.0.1:\(server.port)"))
        monitor.pageSize = 4
        monitor.timeout = .seconds(20)
        let error = await #expect(throws: MonitorError.self) { try await monitor.connections() }
        #expect(error?.message.contains("several servers") == true)
        await server.close()
    }

    @Test
    func `an endless answer is cut off at the limit, and its first rows are kept`() async throws {
        let server = try await ScriptedServer.start { connection, _ in
            try await connection.expect("GET /connz?")
            let rows = (1...2000).map { #"{"cid":\#($0)}"# }.joined(separator: ",")
            try await connection.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n{\"server_id\":\"N\",\"total\":9,\"connections\":[\(rows)"
            )
            try await connection.waitUntilEnded()
        }
        var monitor = ServerMonitor(endpoint: try MonitorEndpoint("http://127.0.0.1:\(server.port)"))
        #expect(monitor.answerLimit <= 8 << 20, "there is a limit by default")
        monitor.answerLimit = 2_000
        monitor.timeout = .seconds(20)
        let list = try await monitor.connections()
        #expect(list.gaps.isCutOff)
        #expect(list.connections.count > 100 && list.connections.count < 200)
        await server.close()
    }
}
