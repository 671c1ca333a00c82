import TestSupport
import Testing

@Suite("The Events view in a terminal, on real servers", .serialized, .timeLimit(.minutes(5)))
struct EventsTerminalTests {
    @Test
    func `events of a lost and recovered cluster have a severity, can be filtered, and have details`() async throws {
        try await withProfileConsole { console in
            let terminal = console.terminal
            try await terminal.press("7")
            try await terminal.waitFor("both clusters up") { $0.has("info", "alpha", "up, server alpha-1") && $0.has("beta-1") }
            console.servers[1].kill()
            try await terminal.waitFor("beta lost, and tried again") { screen in
                screen.has("error", "beta", "lost:") && screen.has("warn", "beta", "reconnecting", "connection refused")
            }
            try await console.servers[1].restart()
            try await terminal.waitFor("beta back, above its loss") { screen in
                guard let back = screen.firstIndex(where: { $0.contains("up, server beta-1") }),
                    let lost = screen.firstIndex(where: { $0.contains("lost:") })
                else { return false }
                return back < lost
            }
            try await terminal.press("v")
            try await terminal.waitFor("no information") { screen in
                screen.has("warnings and errors only") && screen.has("lost:") && screen.has("reconnecting") && !screen.has("info")
            }
            try await terminal.press("v")
            try await terminal.waitFor("errors alone") { screen in
                screen.has("errors only") && screen.has("lost:") && !screen.has("warn ")
            }
            try await terminal.press("Enter")
            try await terminal.waitFor("the newest error in detail") { screen in
                // Losses at the same moment are one event, which then names no connection.
                screen.has("severity", "error") && screen.has("cluster", "beta")
                    && (screen.has("connection", "0") || screen.has("2 connections lost"))
            }
            try await terminal.press("Escape")
            try await terminal.waitFor("no detail") { !$0.has("severity     ") }
            try await terminal.press("v")
            try await terminal.waitFor("all events") { !$0.has(" only") && $0.has("info", "alpha") }
            try await console.filter("alpha")
            try await terminal.waitFor("the events of alpha") { screen in
                screen.has(" by alpha") && screen.has("up, server alpha-1") && !screen.has("beta")
            }
            try await terminal.press("Escape")
            try await terminal.waitFor("all events") { $0.has("lost:") && $0.has("up, server alpha-1") }
        }
    }
}
