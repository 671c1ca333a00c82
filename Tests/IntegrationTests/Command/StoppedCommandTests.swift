import Foundation
import TestSupport
import Testing

/// The reaction of commands to ^C and other signals, and the limits of all waits.
@Suite("Stopping a command", .serialized, .timeLimit(.minutes(10)))
struct StoppedCommandTests {
    /// Starts a server that sends continuously and does not answer after the handshake.
    ///
    /// Clients do not consider it frozen, because it is not silent, and it confirms nothing.
    private func withRudeServer(_ body: (Int, RudeServer) async throws -> Void) async throws {
        let handshakes = Watched(0)
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            handshakes.update { $0 += 1 }
            while true {
                try await connection.send("PING\r\n")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        do {
            try await body(server.port, RudeServer(server: server, handshakes: handshakes))
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    private struct RudeServer {
        let server: ScriptedServer
        let handshakes: Watched<Int>

        /// Waits until this number of handshakes is complete. A test may read the connection only after that.
        func waitForHandshakes(_ count: Int) async throws {
            _ = try await handshakes.wait(for: "\(count) handshakes", within: .seconds(20)) { $0 >= count ? true : nil }
        }

        /// Waits until the command with connection `index` has sent a line after its handshake.
        func expect(_ line: String, from index: Int = 0) async throws {
            try await waitForHandshakes(index + 1)
            try await server.connection(index).expect(line)
        }
    }

    private static let commands: [[String]] = [
        ["pub", "t", "x"], ["sub", "t"], ["sub", "a.>"], ["request", "t", "x", "--timeout", "60s"], ["status", "--watch"],
        ["bench", "pub"], ["bench", "sub"], ["bench", "rtt"], ["bench", "request"], ["bench", "soak"],
    ]

    @Test(arguments: commands)
    func `^C ends every command soon, by that signal, for any behavior of the server`(_ command: [String]) async throws {
        try await withRudeServer { port, server in
            let program = try StartedProgram(command + ["--server", "127.0.0.1:\(port)"])
            try await server.waitForHandshakes(1)
            // The command may be running or still starting. It must end in both cases.
            program.signal(SIGINT)
            let (result, time) = try await timed { try await program.result() }
            #expect(result.status == .signaled(SIGINT), "\(result.errors)")
            #expect(time < .seconds(5))
        }
    }

    @Test(arguments: [SIGTERM, SIGHUP])
    func `SIGTERM and SIGHUP end a command by that signal`(_ signal: Int32) async throws {
        try await NATSServerProcess.withServer { server in
            let program = try StartedProgram(["status", "--watch", "--interval", "50ms", "--json", "--server", server.address])
            try await program.waitFor("\"state\":\"up\"")
            program.signal(signal)
            #expect(try await program.result().status == .signaled(signal))
        }
    }

    @Test
    func `a command waits briefly for an unconfirmed message; a second ^C ends it immediately`() async throws {
        try await withRudeServer { port, server in
            for twice in [false, true] {
                let program = try StartedProgram(["pub", "t", "x", "--json", "--server", "127.0.0.1:\(port)"])
                try await server.expect("PUB t 1", from: twice ? 1 : 0)
                program.signal(SIGINT)
                if twice {
                    // Longer than the interval between two signals of `timeout`, and shorter than the program's own limit.
                    try await Task.sleep(for: .milliseconds(300))
                    program.signal(SIGINT)
                }
                let (result, time) = try await timed { try await program.result() }
                #expect(result.status == .signaled(SIGINT))
                if twice {
                    #expect(result.output.isEmpty && result.errors.isEmpty)
                    #expect(time < .milliseconds(600))
                } else {
                    #expect(result.output.contains("\"accepted\":1,\"confirmed\":0"))
                    #expect(result.errors.contains("1 of them are not confirmed"))
                }
            }
        }
    }

    @Test
    func `two simultaneous signals, as from timeout(1), count as one`() async throws {
        try await withRudeServer { port, server in
            let program = try StartedProgram(["pub", "t", "x", "--json", "--server", "127.0.0.1:\(port)"])
            try await server.expect("PUB t 1")
            program.signal(SIGTERM)
            program.signal(SIGTERM)
            let result = try await program.result()
            #expect(result.status == .signaled(SIGTERM))
            #expect(result.output.contains("\"confirmed\":0"), "it ended normally")
        }
    }

    @Test
    func `a program that writes to a pipe without a reader ends`() async throws {
        try await NATSServerProcess.withServer { server in
            let shell = try StartedProgram(
                script: #"{ "$0" sub t --server \#(server.address) & echo $! >&2; wait $!; echo "status $?" >&2; } | sleep 30"#
            )
            let publisher = try await BuiltProgram.run(
                [
                    "pub", "t", String(repeating: "x", count: 60_000), "--count", "200", "--rate", "100", "--server",
                    server.address,
                ]
            )
            #expect(publisher.status == .exited(0))
            let pid = try #require(Int32(try shell.errors().split(separator: "\n").first ?? ""))
            kill(pid, SIGTERM)
            let (_, time) = try await timed { try await waitUntilGone(pid) }
            #expect(time < .seconds(5))
            shell.signal(SIGKILL)
        }
    }

    @Test
    func `^C ends a shell loop around a command`() async throws {
        try await NATSServerProcess.withServer { server in
            let terminal = try await TerminalDriver.start([
                "/bin/bash", "-c", #"while :; do "$0" sub t --server \#(server.address); echo again; done"#,
                try BuiltProgram.path(),
            ])
            try await terminal.waitFor("subscribed to t")
            try await terminal.press("C-c")
            #expect(try await terminal.waitForExit(within: .seconds(20)) == .signaled(SIGINT))
            #expect(try await !terminal.screen().contains { $0.contains("again") })
            await terminal.close()
        }
    }

    @Test
    func `signals that are ignored at the start stay ignored: nohup, and & of a shell without job control`() async throws {
        try await NATSServerProcess.withServer { server in
            let program = try StartedProgram(
                script: #"trap "" HUP INT; exec "$0" sub t --json --server \#(server.address)"#
            )
            // Before the program has set up its signals, they would be ignored in any case.
            var count = 0
            while try !program.output().contains("first") {
                count += 1
                try #require(count < 200)
                _ = try await BuiltProgram.run(["pub", "t", "first", "--server", server.address])
            }
            for _ in 0..<2 {
                program.signal(SIGHUP)
                program.signal(SIGINT)
                try await Task.sleep(for: .milliseconds(150))
            }
            _ = try await BuiltProgram.run(["pub", "t", "later", "--server", server.address])
            try await program.waitFor("later")
            program.signal(SIGTERM)
            #expect(try await program.result().status == .signaled(SIGTERM))
        }
    }

    @Test(
        arguments: [
            ["pub", "t", "x"], ["sub", "t"], ["request", "t", "x", "--timeout", "1s"], ["bench", "pub", "--count", "10"],
            ["bench", "sub"], ["bench", "sub", "--flood"], ["bench", "rtt"], ["bench", "request"], ["bench", "soak"],
        ]
    )
    func `without ^C a command ends with advice if the server never confirms`(_ command: [String]) async throws {
        let directory = try TemporaryDirectory(for: "config")
        defer { try? directory.remove() }
        try await withRudeServer { port, _ in
            let file = directory.path + "/config.toml"
            try """
            [profiles.a]
            servers = ["127.0.0.1:\(port)"]
            ping_interval = "200ms"
            max_ping_failure = 1
            max_retry = 2
            base_backoff = "500ms"
            """.write(toFile: file, atomically: true, encoding: .utf8)
            let result = try await BuiltProgram.run(command + ["--config", file, "--profile", "a"], within: .seconds(60))
            #expect(result.status == .exited(1), "\(result.output)")
            #expect(result.errors.contains("confirmed") || result.errors.contains("no reply"), "\(result.errors)")
        }
    }

    @Test(
        arguments: [
            ["pub", "--count", "10000000"], ["sub", "--count", "10000000"], ["rtt", "--count", "10000000"],
            ["request", "--count", "10000000"], ["soak"],
        ]
    )
    func `a benchmark ends when its server is lost, and reports its progress`(_ mode: [String]) async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(monitoring: true)) { server in
            let program = try StartedProgram(["bench"] + mode + ["--server", server.address])
            // Its connections, as reported by the server.
            try await poll(until: "a connection of the benchmark") { try await !server.connections().isEmpty }
            server.kill()
            let result = try await program.result()
            #expect(result.status == .exited(1), "\(result.output)")
            #expect(!result.errors.isEmpty)
        }
    }

    // MARK: Descriptors

    @Test
    func `a closed standard output is reported and never becomes a socket`() async throws {
        try await NATSServerProcess.withServer { server in
            for command in ["status --json --server \(server.address)", "theme list", "route --clusters 3 a", "config path"] {
                let closed = try await StartedProgram(script: "exec \"$0\" \(command) >&-").result()
                #expect(closed.status == .exited(1))
                #expect(closed.errors.contains("the standard output is closed"), "\(command): \(closed.errors)")
                let open = try await StartedProgram(script: "exec \"$0\" \(command) 2>&- <&-", environment: ["HOME": "/"])
                    .result()
                #expect(open.status == .exited(0) && !open.output.isEmpty, "\(command)")
            }
            let input = try await StartedProgram(script: "exec \"$0\" pub t - --server \(server.address) <&-").result()
            #expect(input.status == .exited(1) && input.errors.contains("the standard input is closed"), "\(input.errors)")
        }
    }

    // MARK: Password

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal at the password prompt ends the program and restores the echo`(_ signal: Int32) async throws {
        let terminal = try PseudoTerminal(
            [try BuiltProgram.path(), "sub", "t", "--user", "u", "--server", "127.0.0.1:1"],
            environment: BuiltProgram.environment(adding: ["TERM": "dumb"])
        )
        let before = try #require(terminal.modes)
        _ = try await terminal.waitFor("Password of u")
        #expect(try #require(terminal.modes) != before, "the echo is off")
        if signal == SIGINT { try terminal.send("ab\u{3}") } else { terminal.signal(signal) }
        #expect(try await terminal.waitForExit() == .signaled(signal))
        #expect(try #require(terminal.modes) == before)
    }

    // MARK: Parts

    private func timed<Result>(_ body: () async throws -> Result) async throws -> (Result, Duration) {
        let start = ContinuousClock.now
        return (try await body(), ContinuousClock.now - start)
    }

    private func waitUntilGone(_ pid: Int32) async throws {
        // The program is a child of the shell, so only the shell can wait for it.
        try await poll(until: "the end of process \(pid)") { kill(pid, 0) != 0 }
    }
}
