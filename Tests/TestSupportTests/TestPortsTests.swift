import TestSupport
import Testing

/// A client that still connects to the port of a closed listener must not reach another listener.
@Suite(.timeLimit(.minutes(2))) struct TestPortsTests {
    @Test func `the port of a closed listener is not used again`() async throws {
        var ports: [Int] = []
        for _ in 0..<100 {
            let server = try await ScriptedServer.start { connection in try await connection.waitUntilEnded() }
            ports.append(server.port)
            await server.close()
        }
        #expect(Set(ports).count == ports.count)
    }

    @Test func `members of a cluster use ports outside the kernel's range`() async throws {
        let cluster = try await NATSCluster.start(name: "ports", size: 2)
        for server in cluster.servers {
            let route = try #require(server.ports.route)
            // The kernel could give a port from 32768 on (49152 on macOS) to a listener of another test.
            #expect(route < 32_768 && route != server.port)
        }
        // The server keeps its port after a restart.
        let before = cluster.servers[0].ports
        cluster.servers[0].kill()
        try await cluster.servers[0].restart()
        #expect(cluster.servers[0].ports == before)
        try await cluster.waitUntilMeshed()
        await cluster.stop()
    }

    @Test func `a version is read and compared by its numbers`() throws {
        let versions = try ["2.9.10", "2.10", "2.10.4", "2.10.26", "2.15.1"].map { try #require(NATSServerProgram.Version($0)) }
        #expect(versions == versions.sorted())
        #expect(versions[1] < versions[2] && versions[0] < versions[1])
        #expect(NATSServerProgram.Version("2.10.0") == versions[1])
        for text in ["", "v2.9", "2.x", "2..1", "1.2.3.4"] { #expect(NATSServerProgram.Version(text) == nil) }
    }
}
