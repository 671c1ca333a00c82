import TestSupport
import Testing

@Suite("Every view of the console, in a terminal", .serialized, .timeLimit(.minutes(5)))
struct OpeningTests {
    /// A view: its key, its name for `:view`, the title of its first pane, and real content that it must show.
    private struct Opening {
        let key: String
        let name: String
        let title: String
        let content: [String]
    }

    private static func openings(topic: String, ring: String, isNarrow: Bool) -> [Opening] {
        [
            Opening(key: "1", name: "overview", title: "Clusters", content: ["beta", " up "]),
            Opening(key: "2", name: "topics", title: "Topics", content: [topic, "alpha"]),
            Opening(key: "3", name: "tail", title: "Tail", content: ["body of"]),
            Opening(
                key: "4",
                name: "connections",
                title: "Connections",
                content: ["beta", isNarrow ? "sub 0" : "subscriber 0", " up ", "beta-1"]
            ),
            Opening(key: "5", name: "ring", title: "Ring \(ring)", content: ["beta", " %"]),
            Opening(key: "6", name: "servers", title: "Servers", content: ["beta", " ok "]),
            Opening(key: "7", name: "events", title: "Events", content: ["watching orders"]),
        ]
    }

    @Test(arguments: [(120, 36), (80, 24), (40, 12)])
    func `every view opens by its key and by its command, and shows its content`(columns: Int, rows: Int) async throws {
        try await withProfileConsole(columns: columns, rows: rows, settings: ["watch = [\"orders.>\"]"]) { console in
            let terminal = console.terminal
            try await console.waitUntilWatched("orders.>")
            let topic = try console.topic("orders", on: 0)
            try await console.publish([topic])
            let openings = Self.openings(topic: topic, ring: try await console.fingerprint(), isNarrow: columns < 60)
            func check(_ opening: Opening, by what: String) async throws {
                try await terminal.waitFor("\(opening.name) by \(what)") { screen in
                    screen.shows(view: opening.title)
                        && screen.contains { line in opening.content.allSatisfy { line.contains($0) } }
                }
            }
            for opening in openings {
                try await terminal.press(opening.key)
                try await check(opening, by: opening.key)
            }
            for opening in openings {
                try await console.run("view \(opening.name)")
                try await check(opening, by: ":view \(opening.name)")
            }
            for opening in openings {
                try await console.run(opening.name)
                try await check(opening, by: ":\(opening.name)")
            }
            #expect(try await terminal.screen().count == rows)
            try await terminal.press("q")
            try await terminal.waitForStatus("normal screen after quitting") { !$0.isAlternateScreen }
        }
    }
}
