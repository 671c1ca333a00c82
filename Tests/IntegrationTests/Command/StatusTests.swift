import Foundation
import TestSupport
import Testing

@Suite("roulette status", .timeLimit(.minutes(2)))
struct StatusTests {
    private struct Cluster: Decodable {
        struct Connection: Decodable {
            let role: String
            let slot: Int
            let state: String
            let server_name: String?
            let server_id: String?
            let rtt_us: Int?
            let attempts: Int
            let since: String
            let lost: Int
            let reconnects: Int
            let last_error: String?
        }

        let cluster: String
        let address: String
        let state: String
        let since: String
        let lost: Int
        let reconnects: Int
        let connections: [Connection]
    }

    private func clusters(_ result: BuiltProgram.Result) throws -> [Cluster] {
        try result.lines.map { try JSONDecoder().decode(Cluster.self, from: Data($0.utf8)) }
    }

    @Test
    func `all clusters up: exit 0, and every connection has its server and a round trip`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            let servers = ["--server", "alpha=\(deployment.servers[0].address)", "--server", deployment.servers[1].address]
            let result = try await BuiltProgram.run(["status", "--json", "--pool", "5"] + servers)
            #expect(result.status == .exited(0), "\(result.errors)")
            let clusters = try clusters(result)
            #expect(clusters.map(\.cluster) == ["alpha", deployment.servers[1].address])
            #expect(clusters.map(\.address) == deployment.servers.map(\.address))
            #expect(clusters.allSatisfy { $0.state == "up" })
            for cluster in clusters {
                #expect(cluster.connections.map { "\($0.role) \($0.slot)" } == Self.pool)
                for connection in cluster.connections {
                    #expect(connection.state == "connected" && connection.attempts == 0 && connection.last_error == nil)
                    #expect(connection.server_id?.isEmpty == false && connection.server_name?.isEmpty == false)
                    #expect((1..<60_000_000).contains(connection.rtt_us ?? 0))
                }
            }
            let text = try await BuiltProgram.run(["status", "--pool-size", "5"] + servers)
            #expect(text.status == .exited(0))
            #expect(text.lines.count == 2 * 11, "a line for each cluster and each connection")
            #expect(text.lines.first?.contains("up") == true && text.lines.first?.contains("10 of 10 connections") == true)
            #expect(text.output.contains("publisher 4") && text.output.contains("connected"))
        }
    }

    @Test
    func `a cluster is up if only its second address answers; if none answers, the reason is shown`() async throws {
        let directory = try TemporaryDirectory(for: "contexts")
        defer { try? directory.remove() }
        let contexts = "\(directory.path)/nats/context"
        try FileManager.default.createDirectory(atPath: contexts, withIntermediateDirectories: true)
        try await withDeployment(clusters: 1) { deployment in
            for (name, urls) in [
                ("second", "127.0.0.1:1,\(deployment.servers[0].address)"), ("none", "127.0.0.1:1,127.0.0.1:2"),
            ] {
                try "{\"url\": \"\(urls)\"}".write(toFile: "\(contexts)/\(name).json", atomically: true, encoding: .utf8)
            }
            func status(_ context: String) async throws -> BuiltProgram.Result {
                try await BuiltProgram.run(
                    ["status", "--json", "--context", context],
                    environment: ["XDG_CONFIG_HOME": directory.path]
                )
            }
            let up = try await status("second")
            #expect(up.status == .exited(0), "\(up.output)\(up.errors)")
            #expect(try clusters(up).map(\.state) == ["up"])
            let down = try await status("none")
            #expect(down.status == .exited(1))
            #expect(try clusters(down)[0].connections.allSatisfy { $0.last_error?.contains("connection refused") == true })
        }
    }

    private static let pool = ["publisher", "subscriber"].flatMap { role in (0..<5).map { "\(role) \($0)" } }

    @Test
    func `a limit of two connections is not exceeded, and each connection has its times and losses`() async throws {
        var configuration = NATSServerConfiguration()
        configuration.extra = "max_connections: 2"
        try await NATSServerProcess.withServer(configuration) { server in
            let result = try await BuiltProgram.run(["status", "--json", "--server", server.address])
            #expect(result.status == .exited(0), "\(result.output)")
            let cluster = try #require(try clusters(result).first)
            #expect(cluster.connections.map { "\($0.role) \($0.slot)" } == ["publisher 0", "subscriber 0"])
            #expect(cluster.lost == 0 && cluster.reconnects == 0 && cluster.since.hasSuffix("Z"))
            #expect(cluster.connections.allSatisfy { $0.since.hasSuffix("Z") && $0.lost == 0 && $0.reconnects == 0 })
            let more = try await BuiltProgram.run(["status", "--json", "--pool", "2", "--server", server.address])
            #expect(more.status == .exited(1), "the server accepts two")
        }
    }

    @Test
    func `one cluster down: exit 1, with the reason; the other cluster has no error`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            deployment.servers[1].kill()
            let servers = deployment.servers.flatMap { ["--server", $0.address] }
            let result = try await BuiltProgram.run(["status", "--json"] + servers)
            #expect(result.status == .exited(1), "\(result.errors)")
            let clusters = try clusters(result)
            #expect(clusters.map(\.state) == ["up", "down"])
            #expect(clusters[1].connections.count == 2, "one of each role")
            for connection in clusters[1].connections {
                #expect(connection.last_error?.contains("connection refused") == true)
                #expect(connection.rtt_us == nil && connection.server_id == nil && connection.attempts >= 1)
            }
            let text = try await BuiltProgram.run(["status"] + servers)
            #expect(text.status == .exited(1))
            #expect(text.output.contains("connection refused"))
        }
    }

    @Test
    func `a wrong password: exit 1 with the server's message, and the password is not printed`() async throws {
        let authorization = NATSServerConfiguration.Authorization.user("joe", password: "right")
        try await NATSServerProcess.withServer(NATSServerConfiguration(authorization: authorization)) { server in
            let arguments = ["status", "--server", server.address, "--user", "joe"]
            let wrong = try await BuiltProgram.run(arguments, environment: ["ROULETTE_PASSWORD": "hunter2"])
            #expect(wrong.status == .exited(1))
            #expect(wrong.output.contains("the server refused the credentials"))
            #expect(!wrong.output.contains("hunter2") && !wrong.errors.contains("hunter2"))
            let right = try await BuiltProgram.run(arguments, environment: ["ROULETTE_PASSWORD": "right"])
            #expect(right.status == .exited(0), "\(right.output)")
        }
    }

    @Test
    func `an invalid configuration: exit 2, without connecting`() async throws {
        for arguments in [
            ["--server", "a", "--server", "A:4222"], ["--server", "a:0"], ["--config", "/nonexistent/config.toml"],
            ["--interval", "0", "--server", "a"],
        ] {
            let result = try await BuiltProgram.run(["status"] + arguments)
            #expect(result.status == .exited(2), "\(arguments)")
            #expect(result.output.isEmpty && !result.errors.isEmpty)
        }
    }

    @Test
    func `--watch repeats until it is stopped by a signal, and ends by that signal`() async throws {
        try await NATSServerProcess.withServer { server in
            let terminal = try PseudoTerminal(
                [try BuiltProgram.path(), "status", "--watch", "--interval", "50ms", "--json", "--server", server.address],
                columns: 4_000,
                rows: 50,
                environment: BuiltProgram.environment(adding: ["TERM": "dumb"])
            )
            _ = try await terminal.waitFor("\"state\":\"up\"")
            server.kill()
            _ = try await terminal.waitFor("\"state\":\"down\"")
            terminal.signal(SIGTERM)
            #expect(try await terminal.waitForExit() == .signaled(SIGTERM))
        }
    }
}
