import Foundation
import Roulette
import TestSupport
import Testing

@Suite("The console in a terminal, on real servers", .serialized, .timeLimit(.minutes(5)))
struct ConsoleTerminalTests {
    /// Runs the console with one server for each cluster.
    private func withConsole(
        columns: Int = 120,
        rows: Int = 36,
        clusters: Int = 3,
        _ body: (TerminalDriver, Deployment) async throws -> Void
    ) async throws {
        try await withDeployment(clusters: clusters) { deployment in
            let console = try await TerminalDriver.start(
                [try BuiltProgram.path()] + Self.arguments(deployment),
                columns: columns,
                rows: rows,
                environment: Self.home
            )
            do {
                try await body(console, deployment)
            } catch {
                await console.close()
                throw error
            }
            await console.close()
        }
    }

    private static let home = ["HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent", "XDG_STATE_HOME": "/nonexistent"]
    private static let names = ["alpha", "beta", "gamma"]

    private static func arguments(_ deployment: Deployment) -> [String] {
        zip(names, deployment.servers).flatMap { ["--server", "\($0)=\($1.address)"] }
    }

    private func topic(_ prefix: String, on cluster: Int, of deployment: Deployment) throws -> String {
        let ring = try HashRing(count: deployment.servers.count)
        let topics = (0..<10_000).lazy.map { "\(prefix).\($0)" }
        return try #require(topics.first { ring.index(of: $0) == cluster })
    }

    @Test
    func `subscribed messages are shown, and the owner is named while typing`() async throws {
        try await withConsole { console, deployment in
            try await console.waitFor("3 clusters: 3 up")
            let topic = try topic("orders", on: 1, of: deployment)
            try await console.press("s")
            try await console.type(topic)
            try await console.waitFor("beta, hash \(HashRing.hash(of: topic))")
            try await console.press("Enter")
            try await console.press("3")
            try await console.waitFor("Tail")
            let publisher = try await RawClient.connect(port: deployment.servers[1].port)
            try await console.repeating("hello from outside") {
                try await publisher.publish("hello from outside", to: topic)
                try await publisher.flush()
            }
            await publisher.close()
            try await console.press("q")
            try await console.waitForStatus("normal screen after quitting") { !$0.isAlternateScreen }
        }
    }

    @Test
    func `published messages arrive unchanged at an independent client, and are shown as confirmed`() async throws {
        try await withConsole { console, deployment in
            try await console.waitFor("3 clusters: 3 up")
            let topic = try topic("commands", on: 2, of: deployment)
            var listeners: [RawClient] = []
            for server in deployment.servers {
                let listener = try await RawClient.connect(port: server.port)
                try await listener.subscribe(to: ">")
                listeners.append(listener)
            }
            try await console.press("p")
            try await console.type(topic)
            try await console.waitFor("gamma")
            try await console.press("Tab", "Tab")
            try await console.type("body with spaces; and $signs")
            try await console.press("Enter")
            try await console.waitFor("confirmed")
            let message = try await listeners[2].nextMessage()
            #expect(message.subject == topic)
            #expect(message.text == "body with spaces; and $signs")
            for listener in listeners {
                try await listener.flush()
                #expect(try listener.pendingMessages().isEmpty, "exactly once, and on no other cluster")
                await listener.close()
            }
        }
    }

    @Test
    func `a failed cluster is shown with the reason, the others are unaffected, and it recovers`() async throws {
        try await withConsole { console, deployment in
            try await console.waitFor("3 clusters: 3 up")
            deployment.servers[0].kill()
            let screen = try await console.waitFor("alpha down, with the reason") { screen in
                screen.contains { $0.contains("alpha") && $0.contains("down") }
                    && screen.contains { $0.contains("connection refused") }
            }
            #expect(screen.contains { $0.contains("beta") && $0.contains(" up ") })
            #expect(screen.contains { $0.contains("gamma") && $0.contains(" up ") })
            for server in deployment.servers { server.kill() }
            try await console.waitFor("no cluster for")
            for server in deployment.servers { try await server.restart() }
            try await console.waitFor("3 clusters: 3 up", within: .seconds(30))
        }
    }

    @Test(arguments: [(120, 36), (80, 24), (40, 12)])
    func `every view draws at every size, and resizing works while it runs`(columns: Int, rows: Int) async throws {
        try await withConsole(columns: columns, rows: rows) { console, _ in
            // The title of the first pane, because the row of tabs contains the names of all views.
            func waitFor(view title: String) async throws {
                try await console.waitFor("the view \(title)") { $0.shows(view: title) }
            }
            try await waitFor(view: "Clusters")
            let views = ["Topics", "Tail", "Connections", "Ring", "Servers", "Events"]
            for (number, title) in zip(2..., views) {
                try await console.press("\(number)")
                try await waitFor(view: title)
            }
            try await console.press("1")
            try await waitFor(view: "Clusters")
            try await console.press("?")
            try await waitFor(view: "Help")
            try await console.press("Escape")
            // A view that is too small accepts only q, so make it large enough first.
            try await waitFor(view: "Clusters")
            for (width, height) in [(20, 5), (1, 1), (300, 80), (63, 17), (columns, rows)] {
                try await console.resize(columns: width, rows: height)
            }
            try await console.waitFor("the cluster in as many columns and rows as at first") { screen in
                screen.count == rows && screen.shows(view: "Clusters") && screen.has("alpha", " up ")
                    && screen[2].count == columns
            }
            try await console.press("q")
            try await console.waitForStatus("normal screen after quitting") { !$0.isAlternateScreen }
        }
    }

    @Test
    func `the first screen appears without any server, and the console keeps running`() async throws {
        let console = try await TerminalDriver.start(
            [try BuiltProgram.path(), "--server", "alpha=127.0.0.1:1", "--server", "beta=no-such-host.invalid"],
            columns: 120,
            rows: 36,
            environment: Self.home
        )
        try await console.waitFor("connection refused")
        try await console.waitFor("has no address")
        try await console.press("q")
        try await console.waitForStatus("normal screen after quitting") { !$0.isAlternateScreen }
        await console.close()
    }

    @Test(arguments: [Int32(0), 15, 1, 2, 3])
    func `quitting and signals restore the terminal`(signal: Int32) async throws {
        try await withDeployment(clusters: 1) { deployment in
            // The modes of an unused terminal, because the console may already have changed those of its own.
            let untouched = try PseudoTerminal(["/bin/cat"], columns: 80, rows: 24)
            let before = try #require(untouched.modes)
            #expect(before.isCanonical && before.echoes && before.generatesSignals)
            untouched.signal(SIGKILL)
            let console = try PseudoTerminal(
                [try BuiltProgram.path()] + Self.arguments(deployment),
                columns: 80,
                rows: 24,
                environment: Self.home.merging(["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]) { $1 }
            )
            _ = try await console.waitFor("alpha")
            try console.send("m")
            _ = try await console.waitFor("\u{1B}[?1006h")
            #expect(try #require(console.modes) != before, "the console reads key by key")
            if signal == 0 { try console.send("q") } else { console.signal(signal) }
            _ = try await console.waitForExit()
            let after = try #require(console.modes)
            #expect(after == before)
            let written = String(decoding: console.bytes, as: UTF8.self)
            let left = try #require(written.range(of: "\u{1B}[?1049l", options: .backwards), "the alternate screen is left")
            #expect(!written[left.upperBound...].contains("\u{1B}[?1049h"))
            #expect(written.contains("\u{1B}[?2004l"), "bracketed paste is off")
            let lastOn = try #require(written.range(of: "\u{1B}[?1000h", options: .backwards))
            #expect(written[lastOn.upperBound...].contains("\u{1B}[?1000l"), "the mouse is off")
        }
    }
}
