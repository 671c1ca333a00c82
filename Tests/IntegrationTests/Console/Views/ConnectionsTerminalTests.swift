import Foundation
import TestSupport
import Testing

@Suite("The Connections view in a terminal, on real servers", .serialized, .timeLimit(.minutes(5)))
struct ConnectionsTerminalTests {
    /// Returns the number of connections that a server has accepted since it started.
    private func accepted(_ server: NATSServerProcess) -> Int {
        server.log.components(separatedBy: "Client connection created").count - 1
    }

    @Test
    func `r reconnects one connection or a cluster after a confirmation; no cancels`() async throws {
        try await withProfileConsole { console in
            let terminal = console.terminal
            let alpha = console.servers[0]
            try await terminal.press("4")
            try await terminal.waitFor("two connections of each cluster, and one in detail") { screen in
                screen.cell("SERVER", of: "subscriber 0") == "alpha-1" && screen.has("beta", "subscriber 0", "beta-1")
                    && screen.has("publisher 0 of alpha") && screen.has("server", "alpha-1, nats-server 2.")
                    && screen.has("reached via", alpha.address) && screen.has("reconnected", "0 times")
            }
            let before = accepted(alpha)
            try await terminal.press("r")
            try await terminal.waitFor("y reconnect")
            try await terminal.press("n")
            try await terminal.waitFor("no question") { !$0.has("y reconnect") }
            try await terminal.press("r")
            try await terminal.waitFor("y reconnect")
            try await terminal.press("c")
            // Exactly once: the first answer was no, and the second one applied to this connection.
            try await terminal.waitFor("the connection up again") { $0.has("reconnected", "once") && $0.has("state", "up for") }
            #expect(accepted(alpha) == before + 1)
            #expect(try await terminal.screen().has("reconnecting publisher 0 of alpha"))

            try await terminal.press("Down", "r")
            try await terminal.waitFor("subscriber 0 of alpha")
            try await terminal.press("Down")
            try await terminal.waitFor("▸ all 2 connections of alpha")
            try await terminal.press("c")
            try await terminal.waitFor("both reconnected") { $0.has("subscriber 0 of alpha") && $0.has("reconnected", "once") }
            try await terminal.press("Up")
            try await terminal.waitFor("both reconnected") { $0.has("publisher 0 of alpha") && $0.has("reconnected", "2 times") }
            #expect(accepted(alpha) == before + 3)

            let others = accepted(console.servers[1])
            try await console.run("reconnect beta")
            try await terminal.waitFor("all 2 connections of beta")
            try await terminal.press("y", "G")
            try await terminal.waitFor("beta moved") { $0.has("subscriber 0 of beta") && $0.has("reconnected", "once") }
            #expect(accepted(console.servers[1]) == others + 2)
            #expect(accepted(alpha) == before + 3)
        }
    }

    @Test
    func `connections of a killed server show the reason, the time and the next attempt, and recover`() async throws {
        try await withProfileConsole { console in
            let terminal = console.terminal
            try await terminal.press("4", "G")
            try await terminal.waitFor("a connection of beta") { $0.has("subscriber 0 of beta") && $0.has("state", "up for") }
            console.servers[1].kill()
            let screen = try await terminal.waitFor("its connections down, with their last known state") { screen in
                screen.has("○", "beta", "publisher 0") && screen.has("○", "beta", "subscriber 0") && screen.has("2 of 4 up")
                    && screen.has("last error", "connection refused") && screen.has("As of", "ago:")
                    && screen.has("server", "beta-1, nats-server") && screen.has("attempts") && screen.has("next try")
            }
            #expect(screen.has("●", "alpha", "publisher 0", "up"))
            // Opening the row of beta in the Overview shows only its connections.
            try await terminal.press("1", "Down")
            try await terminal.waitFor("beta selected, down") { $0.has("▸", "beta", "down") }
            try await terminal.press("Enter")
            try await terminal.waitFor("the connections of beta alone") {
                $0.shows(view: "Connections of beta") && !$0.has("alpha ")
            }
            try await console.servers[1].restart()
            try await terminal.waitFor("up again") { screen in
                screen.has("2 of 2 up") && screen.has("●", "beta", "subscriber 0") && !screen.has("As of")
            }
            try await terminal.press("Escape")
            try await terminal.waitFor("all of them") { $0.has("4 of 4 up") }
        }
    }
}
