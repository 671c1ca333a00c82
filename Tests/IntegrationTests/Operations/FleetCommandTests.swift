import Foundation
import Roulette
import TestSupport
import Testing

@Suite("roulette fleet", .timeLimit(.minutes(2)))
struct FleetCommandTests {
    private struct Program: Decodable {
        struct Cluster: Decodable {
            let cluster: String
            let connections: Int
            let claims: [String]
        }

        let program: String
        let ring: String
        let contradictions: [String]
        let clusters: [Cluster]
        let language: String
    }

    /// Runs programs with these lists of servers while `body` runs.
    private func withPrograms(
        _ lists: [(name: String, servers: [NATSServerProcess])],
        _ body: () async throws -> Void
    ) async throws {
        guard let (name, servers) = lists.first else { return try await body() }
        try await withRingProgram(name, on: servers) { try await withPrograms(Array(lists.dropFirst()), body) }
    }

    @Test
    func `programs with another order or a missing cluster are named, and those of other libraries have no ring`() async throws {
        let clusters = try await NATSCluster.start(count: 3, size: 1)
        let servers = clusters.map { $0.servers[0] }
        let directory = try TemporaryDirectory(for: "fleet")
        defer { try? directory.remove() }
        let file = "\(directory.path)/config.toml"
        let entries = try servers.enumerated().map { index, server in
            let monitor = try #require(server.ports.monitoring)
            return "[[profiles.p.servers]]\nname = \"c\(index)\"\nhost = \"127.0.0.1\"\nport = \(server.port)\n"
                + "monitor = \"http://127.0.0.1:\(monitor)\"\n"
        }
        try entries.joined().write(toFile: file, atomically: true, encoding: .utf8)
        let other = try await RawClient.connect(port: servers[0].port, name: "legacy")
        let python = try await PythonClient.connect(port: servers[1].port, name: "reports", topics: ["reports.daily"])
        let lists = [
            (name: "orders", servers: servers), (name: "swapped", servers: [servers[1], servers[0], servers[2]]),
            (name: "short", servers: [servers[0], servers[1]]),
        ]
        try await withPrograms(lists) {
            let result = try await BuiltProgram.run(["fleet", "--config", file, "--json"])
            #expect(result.status == .exited(1), "\(result.errors)")
            let programs = try result.lines.map { try JSONDecoder().decode(Program.self, from: Data($0.utf8)) }
            func program(_ name: String) throws -> Program { try #require(programs.first { $0.program == name }, "\(name)") }

            #expect(try program("orders").ring == "same" && program("orders").clusters.map(\.connections) == [2, 2, 2])
            #expect(try program("orders").clusters.map(\.claims) == [["ring=1/3"], ["ring=2/3"], ["ring=3/3"]])
            #expect(try program("swapped").ring == "other")
            #expect(try program("swapped").contradictions.contains { $0.contains("ring=2/3") && $0.contains("c0") })
            #expect(try program("short").contradictions.contains { $0.contains("ring=1/2") })
            #expect(try program("legacy").ring == "unknown" && program("legacy").contradictions.isEmpty)
            #expect(try program("reports").ring == "unknown" && program("reports").language == "python3")
            #expect(try program("reports").clusters.map(\.cluster) == ["c1"])

            let text = try await BuiltProgram.run(["fleet", "--config", file])
            #expect(text.output.contains("another") && text.output.contains("WARNING: on c0"))
        }
        await other.close()
        try await python.stop()
        for cluster in clusters { await cluster.stop() }
    }

    @Test
    func `without monitoring, the command says what to configure`() async throws {
        let result = try await BuiltProgram.run(["fleet", "--server", "127.0.0.1:1"])
        #expect(result.status == .exited(1) && result.errors.contains("set monitor or system_credentials"), "\(result.errors)")
    }
}
