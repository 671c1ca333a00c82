import Foundation
import Roulette
import RouletteNATS
import TestSupport
import Testing

/// A server first accepts every message and reports a refusal later. A confirmation must never contradict the refusal.
@Suite("Refused messages are not confirmed", .timeLimit(.minutes(3)))
struct RefusedPublishTests {
    /// A server on which every user may publish to `allowed` only.
    private static func server(_ allowed: String = #"[ "foo", "foo.>" ]"#) -> NATSServerConfiguration {
        NATSServerConfiguration(
            extra: """
                authorization { users: [ { user: joe, password: secret, permissions: { publish: { allow: \(allowed) } } } ] }
                no_auth_user: joe
                """
        )
    }

    private func withRestricted(
        clusters: Int = 1,
        _ body: (Deployment, RouletteClient) async throws -> Void
    ) async throws {
        try await withDeployment(clusters: clusters, configuration: Self.server()) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                try await body(deployment, client)
            }
        }
    }

    private func failure(_ operation: () async throws -> Void) async -> RouletteError? {
        do {
            try await operation()
            return nil
        } catch {
            return error as? RouletteError
        }
    }

    @Test
    func `flush() names the topic, for a refusal before or during the call; the next flush succeeds`()
        async throws
    {
        try await withRestricted(clusters: 2) { _, client in
            let events = client.events
            for topic in ["nope", "foo", "nope"] { try await client.publish("x", to: topic) }
            let error = await failure { try await client.flush() }
            #expect(error?.code == .permission)
            #expect(error?.message.contains("\"nope\"") == true && error?.message.contains("2 messages") == true)
            #expect(error?.cluster == (try client.owner(of: "nope")))
            try await client.flush()
            try await client.publish("x", to: "late.no")
            for await event in events {
                if case .connection(.serverError(let error)) = event.detail, error.message.contains("late.no") { break }
            }
            #expect(await failure { try await client.flush() }?.message.contains("late.no") == true)
            try await client.publish("x", to: "foo")
            try await client.flush()
            #expect(client.snapshot().clusters.reduce(0) { $0 + $1.total(\.refused) } == 3)
        }
    }

    @Test
    func `each of many refused messages is reported by the flush after it`() async throws {
        try await withRestricted { _, client in
            // The messages are in transit between buffer and socket at different times.
            var missed = 0
            for _ in 0..<5_000 {
                try await client.publish("x", to: "nope")
                if await failure({ try await client.flush() })?.code != .permission { missed += 1 }
            }
            #expect(missed == 0)
        }
    }

    @Test
    func `topics that share the connection are distinguished, also for their publishers`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.server()) { deployment in
            try await deployment.withClient({ $0.poolSize = 1 }) { client in
                try await client.publish("x", to: "nope")
                try await client.publish("x", to: "foo")
                try await client.flush(topic: "foo")
                #expect(await failure { try await client.flush(topic: "nope") }?.code == .permission)
                try await client.flush(topic: "nope")
                let (denied, fine) = (try client.publisher(for: "nope"), try client.publisher(for: "foo"))
                try await denied.publish("x")
                try await fine.publish("x")
                try await fine.flush()
                #expect(await failure { try await denied.flush() }?.code == .permission)
                #expect(client.snapshot().clusters[0].total(\.lost) == 0)
            }
        }
    }

    @Test
    func `a request fails immediately; round trips and subscriptions neither consume nor report a refusal`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.server()) { deployment in
            try await deployment.withClient({ $0.poolSize = 1 }) { client in
                let start = ContinuousClock.now
                let error = await failure { _ = try await client.request("x", to: "nope", timeout: .seconds(30)) }
                #expect(error?.code == .permission)
                #expect(ContinuousClock.now - start < .seconds(20))
                _ = await failure { try await client.flush() }

                try await client.publish("x", to: "nope")
                await client.measureRoundTrips()
                _ = try await client.subscribe(to: "fine", options: SubscribeOptions(confirmed: true))
                #expect(await failure { try await client.flush() }?.code == .permission)
            }
        }
    }

    @Test
    func `a drain reports refusals that no flush has reported`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.server()) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                for _ in 0..<3 { try await client.publish("x", to: "nope") }
                try await client.publish("x", to: "foo")
                let error = await failure { try await client.drain() }
                #expect(error?.code == .drainIncomplete)
                #expect(error?.message.contains("refused 3 messages") == true && error?.message.contains("\"nope\"") == true)
                #expect(error?.message.contains("not confirmed") == false)
            }
        }
    }

    @Test
    func `a closing error is included: the limit of an account that INFO does not contain`() async throws {
        let server = try await ScriptedServer.start { connection, index in
            try await ScriptedServer.handshake(connection)
            if index == 0 {
                try await connection.expect("PUB ")
                try await connection.send("-ERR 'Maximum Payload Violation'\r\n")
            } else {
                try await Self.answerPings(connection)
            }
        }
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: server.port)])
        configuration.poolSize = 1
        configuration.role = .publisher
        let client = try RouletteClient(configuration: configuration)
        try await withRunning(client) {
            let events = client.events
            try await client.publish("too large for this account", to: "t")
            for await event in events { if case .connection(.disconnected) = event.detail { break } }
            // With or without a new connection, the message is lost, and the reason is known.
            let error = await failure { try await client.flush() }
            #expect(error?.code == .unconfirmed)
            #expect(error?.message.localizedCaseInsensitiveContains("maximum payload") == true, "\(error?.message ?? "")")
        }
        await server.close()
    }

    @Test(
        arguments: [
            "Invalid Publish Subject", "Some Future Refusal",
        ]
    )
    func `a refusal without a name, and an error that this library does not know`(text: String) async throws {
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            // The PING after the subscriptions, then the one after the message.
            try await connection.expect("PING")
            try await connection.send("-ERR '\(text)'\r\nPONG\r\n")
            try await connection.expect("PING")
            try await connection.send("PONG\r\n")
            try await connection.expect("PUB ")
            try await connection.send("-ERR '\(text)'\r\n")
            try await Self.answerPings(connection)
        }
        let client = try NATSClient(configuration: .init(address: .init(host: "127.0.0.1", port: server.port)))
        let events = client.events(buffer: 100)
        let run = Task { await client.run() }
        try await events.first { if case .serverError = $0 { true } else { false } }
        try await client.confirm()
        try await client.publish("x", to: "t")
        let error = await #expect(throws: NATSError.self) { try await client.flush() }
        #expect(error?.code == .serverError && error?.message.contains(text) == true)
        #expect(client.snapshot.refused == 1, "the first refusal arrived before a message was published")
        client.close()
        await run.value
        await server.close()
    }

    private static func answerPings(_ connection: TCPConnection) async throws {
        while true {
            try await connection.expect("PING", within: .seconds(60))
            try await connection.send("PONG\r\n")
        }
    }

    // MARK: The program

    private struct Report: Decodable {
        let accepted: Int
        let confirmed: Int
        let refused: Int
        let error: String?
    }

    @Test(arguments: [1, 25])
    func `roulette pub: exit 1, fewer confirmed than accepted, and the reason`(count: Int) async throws {
        try await withDeployment(clusters: 2, configuration: Self.server()) { deployment in
            let servers = deployment.servers.flatMap { ["--server", $0.address] }
            let refused = try await BuiltProgram.run(["pub", "nope", "x", "--count", "\(count)", "--json"] + servers)
            #expect(refused.status == .exited(1))
            let report = try JSONDecoder().decode(Report.self, from: Data(refused.output.utf8))
            #expect(report.accepted == count && report.confirmed == 0 && report.refused == count)
            #expect(report.error?.contains("\"nope\"") == true)
            #expect(refused.errors.contains("\"nope\"") && refused.errors.contains("refused"))
            let fine = try await BuiltProgram.run(["pub", "foo", "x", "--count", "\(count)", "--json"] + servers)
            #expect(fine.status == .exited(0))
            let good = try JSONDecoder().decode(Report.self, from: Data(fine.output.utf8))
            #expect(good.accepted == count && good.confirmed == count && good.refused == 0 && good.error == nil)
        }
    }

    @Test
    func `roulette bench pub does not report times for refused messages`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.server()) { deployment in
            let result = try await BuiltProgram.run(
                ["bench", "pub", "--count", "1000", "--json", "--server", deployment.servers[0].address]
            )
            #expect(result.status == .exited(1))
            #expect(result.output.isEmpty && result.errors.contains("refused"))
        }
    }

    @Test
    func `the form of the console shows refused, not confirmed`() async throws {
        let home = try TemporaryDirectory(for: "home")
        defer { try? home.remove() }
        try await withDeployment(clusters: 1, configuration: Self.server()) { deployment in
            let console = try await ActingConsole.start(deployment.servers[0], home: home.path)
            try await console.openForm("nope")
            try await console.terminal.press("Enter")
            // The error of the server is at the beginning, because the row truncates the text.
            let screen = try await console.terminal.waitFor(#"failed: the server refused a message: Permissions Violation for"#)
            #expect(!screen.has("confirmed by the server"))
            try await console.closeForm()
            await console.terminal.close()
        }
    }
}
