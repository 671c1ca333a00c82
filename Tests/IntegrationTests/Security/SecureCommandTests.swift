import Foundation
import RouletteNATS
import TestSupport
import Testing

@Suite("The command line with logins and TLS", .timeLimit(.minutes(2)))
struct SecureCommandTests {
    /// A server that requires TLS and an NKEY, and the files for the login.
    private struct Place {
        let address: String
        let authority: String
        let directory: String
        let seedFile: String

        func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> BuiltProgram.Result {
            try await BuiltProgram.run(arguments, environment: environment)
        }
    }

    private func withPlace(_ body: (Place) async throws -> Void) async throws {
        try await TestAuthority.with { authority in
            let key = NKey(role: .user)
            let tls = NATSServerConfiguration.TLS(certificate: try await authority.issueForLoopback())
            let seedFile = "\(authority.directory.path)/user.nk"
            try writePrivate(key.seed.value, to: seedFile)
            try await NATSServerProcess.withServer(.init(authorization: .nkey(key.publicKey), tls: tls)) { server in
                try await body(
                    Place(
                        address: "localhost:\(server.port)",
                        authority: authority.certificateFile,
                        directory: authority.directory.path,
                        seedFile: seedFile
                    )
                )
            }
        }
    }

    @Test
    func `options, a profile, and a context of the nats command line connect to the same server`() async throws {
        try await withPlace { place in
            let options = try await place.run(
                "pub",
                "t",
                "x",
                "--json",
                "--server",
                place.address,
                "--tls-ca",
                place.authority,
                "--nkey",
                place.seedFile
            )
            #expect(options.status == .exited(0), "\(options.errors)")
            #expect(options.output.contains("\"confirmed\":1"))

            let configuration = "\(place.directory)/config.toml"
            try writePrivate(
                "[profiles.p]\nservers = [\"tls://\(place.address)\"]\ntls_ca = \"authority.pem\"\nnkey = \"user.nk\"\n",
                to: configuration
            )
            let profile = try await place.run("pub", "t", "x", "--config", configuration)
            #expect(profile.status == .exited(0), "\(profile.errors)")

            try FileManager.default.createDirectory(
                atPath: "\(place.directory)/nats/context",
                withIntermediateDirectories: true
            )
            try writePrivate(
                """
                {"url": "tls://\(place.address)", "nkey": "\(place.seedFile)", "ca": "\(place.authority)", "socks_proxy": ""}
                """,
                to: "\(place.directory)/nats/context/east.json"
            )
            let context = try await place.run(
                "pub",
                "t",
                "x",
                "--context",
                "east",
                environment: ["XDG_CONFIG_HOME": place.directory]
            )
            #expect(context.status == .exited(0), "\(context.errors)")
        }
    }

    @Test
    func `reasons for failures are printed: mistakes in files immediately, disabled verification as a warning`() async throws {
        try await withPlace { place in
            let missing = try await place.run("pub", "t", "x", "--server", place.address, "--creds", "/nowhere.creds")
            #expect(missing.status == .exited(2))
            #expect(missing.errors == "roulette: /nowhere.creds: does not exist\n")

            #expect(chmod(place.seedFile, 0o644) == 0)
            let open = try await place.run("pub", "t", "x", "--server", place.address, "--nkey", place.seedFile)
            #expect(open.status == .exited(2))
            #expect(open.errors.hasSuffix("run: chmod 600 \(place.seedFile)\n"))
            #expect(chmod(place.seedFile, 0o600) == 0)

            // The number of retries and their waits are set in a profile.
            let configuration = "\(place.directory)/config.toml"
            try writePrivate(
                "[profiles.p]\nservers = [\"\(place.address)\"]\nnkey = \"user.nk\"\nmax_retry = 40\nmax_backoff = \"100ms\"\n",
                to: configuration
            )
            let unknown = try await place.run("pub", "t", "x", "--config", configuration)
            #expect(unknown.status == .exited(1))
            #expect(unknown.errors.contains("unknown authority"))
            #expect(!unknown.errors.contains("WARNING"))

            let blind = try await place.run("pub", "t", "x", "--config", configuration, "--insecure-skip-tls-verify")
            #expect(blind.status == .exited(0))
            #expect(blind.errors.contains("WARNING: certificates are not verified"))
        }
    }
}

@Suite("Messages of a command about a server that does not complete the handshake", .timeLimit(.minutes(2)))
struct SilentServerCommandTests {
    @Test
    func `the progress of the connection is printed if the retries end before the deadline`() async throws {
        let directory = try TemporaryDirectory(for: "config")
        let configuration = "\(directory.path)/config.toml"
        let cases: [(String, String)] = [
            ("", "it accepted the connection but sent no INFO"), ("INFO {\"headers\":true}\r\n", "it sent INFO but no PONG"),
            ("INFO {\"tls_required\":true}\r\n", "the TLS handshake was not completed"),
        ]
        for (greeting, part) in cases {
            let server = try await ScriptedServer.start { connection in
                if !greeting.isEmpty { try await connection.send(greeting) }
                try await connection.waitUntilEnded(within: .seconds(90))
            }
            try writePrivate(
                "[profiles.p]\nservers = [\"127.0.0.1:\(server.port)\"]\nmax_retry = 30\nmax_backoff = \"200ms\"\n"
                    + "base_backoff = \"200ms\"\nconnection_timeout = \"60s\"\n",
                to: configuration
            )
            let result = try await BuiltProgram.run(["pub", "t", "x", "--config", configuration])
            #expect(result.status == .exited(1))
            #expect(result.errors.contains(" tries: \(part)"), "\(result.errors)")
            await server.close()
        }
        try directory.remove()
    }

    @Test
    func `sub prints why the messages of one cluster have not begun, and receives those of the other one`() async throws {
        let directory = try TemporaryDirectory(for: "config")
        defer { try? directory.remove() }
        let configuration = "\(directory.path)/config.toml"
        let silent = try await ScriptedServer.start { connection in
            try await connection.waitUntilEnded(within: .seconds(90))
        }
        try await withDeployment(clusters: 1) { deployment in
            try writePrivate(
                "[profiles.p]\nservers = [\"\(deployment.servers[0].address)\", \"127.0.0.1:\(silent.port)\"]\n"
                    + "connection_timeout = \"500ms\"\n",
                to: configuration
            )
            let isDone = Watched(false)
            let publishing = Task {
                let publisher = try await RawClient.connect(port: deployment.servers[0].port)
                while !isDone.value {
                    try await publisher.publish("x", to: "a.b")
                    try await publisher.flush()
                    // The program subscribes at a moment that this test does not know.
                    try await Task.sleep(for: .milliseconds(20))
                }
                await publisher.close()
            }
            let result = try await BuiltProgram.run(["sub", "a.>", "--count", "1", "--config", configuration])
            isDone.update { $0 = true }
            try await publishing.value
            #expect(result.status == .exited(0), "\(result.errors)")
            let notes = result.errors.split(separator: "\n").filter { $0.contains("its messages arrive when it is up") }
            #expect(notes.count == 1, "\(result.errors)")
            let note = notes.first ?? ""
            #expect(note.contains("cluster 127.0.0.1:\(silent.port): timed out: it accepted the connection but sent no INFO"))
        }
        await silent.close()
    }
}
