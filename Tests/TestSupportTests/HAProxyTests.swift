import TestSupport
import Testing

@Suite("HAProxy for tests", .timeLimit(.minutes(2)))
struct HAProxyTests {
    /// Runs `body` with two servers behind a balancer.
    private func withServers(
        _ body: (_ balancer: HAProxyProcess, _ servers: [NATSServerProcess]) async throws -> Void
    ) async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(name: "one", monitoring: true)) { one in
            try await NATSServerProcess.withServer(NATSServerConfiguration(name: "two", monitoring: true)) { two in
                try await HAProxyProcess.withBalancer(to: [.init(one), .init(two)]) { balancer in
                    try await balancer.waitUntilUp(balancer.backends)
                    try await body(balancer, [one, two])
                }
            }
        }
    }

    /// Returns the names of the servers that this number of new connections reach.
    private func reached(_ balancer: HAProxyProcess, by count: Int = 4) async throws -> Set<String> {
        var names: Set<String> = []
        for _ in 0..<count {
            let client = try await RawClient.connect(port: balancer.port)
            for name in ["one", "two", "three"] where client.info.contains("\"server_name\":\"\(name)\"") { names.insert(name) }
            await client.close()
        }
        return names
    }

    @Test
    func `connections are spread over the servers; a failed server is removed and added again`() async throws {
        try await withServers { balancer, servers in
            #expect(try await reached(balancer) == ["one", "two"])
            servers[0].kill()
            try await balancer.waitUntilUp([.init(servers[1])])
            #expect(try await reached(balancer) == ["two"])
            try await servers[0].restart()
            try await balancer.waitUntilUp(balancer.backends)
            #expect(try await reached(balancer) == ["one", "two"])
        }
    }

    @Test
    func `a drained server receives no new connections; connections can be cut and servers replaced`() async throws {
        try await withServers { balancer, servers in
            let first = try await RawClient.connect(port: balancer.port)
            let second = try await RawClient.connect(port: balancer.port)
            let isFirst = first.info.contains("\"server_name\":\"one\"")
            let (kept, other) = isFirst ? (first, second) : (second, first)
            try await balancer.set(.init(servers[0]), to: .drain)
            #expect(try await reached(balancer) == ["two"])
            try await kept.flush()
            try await balancer.cutSessions(of: .init(servers[0]))
            try await kept.connection.waitUntilEnded()
            try await other.flush()

            try await NATSServerProcess.withServer(NATSServerConfiguration(name: "three", monitoring: true)) { three in
                try await balancer.setBackends([.init(three)])
                try await balancer.waitUntilUp([.init(three)])
                #expect(try await reached(balancer) == ["three"])
                try await balancer.restart()
                #expect(try await reached(balancer) == ["three"], "it keeps its port and its servers")
            }
        }
    }

    @Test
    func `a frozen balancer is silent, a killed one refuses connections`() async throws {
        try await withServers { balancer, _ in
            // The log has a line for each closed connection.
            #expect(try await reached(balancer).count == 2)
            try await poll(until: "the line in the log", last: { balancer.log }) { balancer.log.contains("clients nodes/node") }

            let client = try await RawClient.connect(port: balancer.port)
            balancer.pause()
            await #expect(throws: WaitTimeoutError.self) { try await client.flush(within: .milliseconds(300)) }
            balancer.resume()
            try await client.connection.expect("PONG")
            balancer.kill()
            try await client.connection.waitUntilEnded()
            await #expect(throws: (any Error).self) { try await TCPConnection.connect(port: balancer.port) }
        }
    }
}
