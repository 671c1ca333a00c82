import TestSupport
import Testing

@Suite("Clusters that freeze, in a terminal", .serialized, .timeLimit(.minutes(5)))
struct LossTerminalTests {
    /// A frozen server is stale after the first interval without a byte, and lost after the last one.
    private static let settings = [
        "ping_interval = \"600ms\"", "max_ping_failure = 4", "connection_timeout = \"500ms\"", "max_backoff = \"200ms\"",
        "watch = [\"orders.>\"]",
    ]

    @Test
    func `a frozen cluster is stale, then down with dimmed figures; keys and the other cluster work; it recovers`() async throws {
        try await withProfileConsole(settings: Self.settings) { console in
            let terminal = console.terminal
            let (here, there) = (try console.topic("orders", on: 1), try console.topic("orders", on: 0))
            try await console.waitUntilWatched("orders.>")
            try await terminal.waitFor("a round trip to each") { screen in
                ["alpha  ", "beta  "].allSatisfy { screen.cell("RTT p50", of: $0)?.hasSuffix("ms") == true }
            }
            console.servers[1].pause()
            let stale = try await terminal.waitFor("beta stale, with the pings it does not answer") { screen in
                screen.has("◌", "beta", "stale") && screen.has("no answer to", "of 4 pings")
            }
            #expect(stale.has("1 up, 1 stale"))
            #expect(stale.has("●", "alpha", " up "))
            #expect(try await terminal.colors(ofColumn: "RTT p50", inRow: "beta  ") == [ProfileConsole.muted])
            let down = try await terminal.waitFor("beta down, trying again") { screen in
                screen.has("○", "beta", "down", "try") && screen.has("1 up, 1 down")
            }
            let figure = try #require(down.cell("RTT p50", of: "beta  "))
            #expect(figure.hasSuffix("ms"), "the old figures stay")
            #expect(try await terminal.colors(ofColumn: "RTT p50", inRow: "beta  ") == [ProfileConsole.muted])
            let other = try #require(down.cell("RTT p50", of: "alpha  "))
            #expect(other.hasSuffix("ms"))

            // Everything that does not need an answer of beta still works.
            for (key, title) in [("7", "Events"), ("5", "Ring"), ("4", "Connections"), ("2", "Topics"), ("3", "Tail")] {
                try await terminal.press(key)
                try await terminal.waitFor(title) { $0.shows(view: title) }
            }
            try await console.publish([there])
            try await terminal.waitFor("body of \(there)")
            try await console.filter("body")
            try await terminal.waitFor("by body")

            console.servers[1].resume()
            try await terminal.waitFor("2 clusters: 2 up")
            // The old subscription has ended, and the new one is active at some later time.
            try await terminal.repeating("body of \(here)") { try await console.publish([here], on: 1) }
        }
    }

    @Test
    func `if every cluster freezes, the header shows it and old figures are dimmed with their age; they recover`() async throws {
        try await withProfileConsole(settings: Self.settings) { console in
            let terminal = console.terminal
            try await terminal.press("6")
            try await terminal.waitFor("both servers") { screen in
                ["alpha-1", "beta-1"].allSatisfy { screen.cell("STATE", of: $0) == "ok" }
            }
            for server in console.servers { server.pause() }
            let screen = try await terminal.waitFor("no answer of either, with the age of the figures") { screen in
                ["alpha-1", "beta-1"].allSatisfy { screen.cell("STATE", of: $0) == "no answer" }
                    && screen.count { $0.contains("did not answer within") && $0.contains("figures") } == 2
            }
            // The row of alpha is selected.
            let version = try #require(screen.cell("VERSION", of: "beta-1"))
            #expect(try await terminal.colors(of: version, inRow: "beta-1") == [ProfileConsole.muted])
            try await terminal.press("1")
            try await terminal.waitFor("the age of the graph") { screen in
                screen[0].contains("no cluster for") && screen.has("Messages per second", "as of", "ago")
            }
            for server in console.servers { server.resume() }
            try await terminal.waitFor("everything back") { screen in
                screen[0].contains("2 clusters: 2 up") && !screen.has("as of")
            }
            try await terminal.press("6")
            try await terminal.waitFor("both servers") { screen in
                ["alpha-1", "beta-1"].allSatisfy { screen.cell("STATE", of: $0) == "ok" } && !screen.has("figures")
            }
        }
    }
}
