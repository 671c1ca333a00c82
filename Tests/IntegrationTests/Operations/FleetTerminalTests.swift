import Roulette
import TestSupport
import Testing

/// Programs with the right ring, with swapped clusters and with one cluster fewer, and one of another library, on three clusters.
@Suite("The Fleet in a terminal, on real servers", .serialized, .timeLimit(.minutes(5)))
struct FleetTerminalTests {
    @Test
    func `the programs with other rings are named, with the order that explains the misrouted topics`() async throws {
        try await withProfileConsole(clusters: 3, columns: 160, rows: 50, settings: ["watch = [\"orders.>\"]"]) { console in
            let (terminal, servers) = (console.terminal, console.servers)
            try await console.waitUntilWatched("orders.>")
            // Twenty topics of each cluster. Those of gamma are not misrouted by the swapped list.
            let ring = try console.ring
            let topics = (0..<3).flatMap { cluster -> [String] in
                Array((0..<1_000).map { "orders.\($0)" }.filter { ring.index(of: $0) == cluster }.prefix(20))
            }
            let python = try await PythonClient.connect(port: servers[2].port, name: "reports", topics: ["reports.python"])
            try await withRingProgram("right", on: servers, topics: topics) {
                try await withRingProgram("short", on: Array(servers.prefix(2))) {
                    try await withRingProgram("swapped", on: [servers[1], servers[0], servers[2]], topics: topics) {
                        try await terminal.waitFor(
                            "2 programs have another ring: short from 127.0.0.1, swapped from 127.0.0.1"
                        )
                        try await console.run("fleet")
                        try await terminal.waitFor("the programs") { screen in
                            screen.cell("RING", of: "right ") == "ours" && screen.cell("RING", of: "swapped ") == "another"
                                && screen.cell("RING", of: "short ") == "another"
                                && screen.cell("RING", of: "reports ") == "unknown"
                                && screen.cell("CLUSTERS", of: "short ") == "2/3"
                                && screen.has("on alpha it says ring=2/3, and this ring has ring=1/3")
                                && screen.has("the order beta, alpha, gamma explains 40 of 40 topics; 2 of 4 programs")
                        }
                        try await terminal.press("Escape")
                        try await terminal.waitFor("the end of the list") { !$0.has("─ esc back") }
                        // The details of a topic say how many messages were misrouted, and who could have sent them.
                        try await terminal.press("2")
                        try await console.filter(topics[0])
                        try await terminal.press("Enter")
                        try await terminal.waitFor("the program that could have sent them") { screen in
                            screen.has("came from beta, since") && screen.has("swapped from 127.0.0.1")
                        }
                        try await console.filter("")
                    }
                    try await terminal.press("5")
                    try await terminal.waitFor("the Fleet beside the topics, without the program") { screen in
                        screen.has("╭ Fleet ") && !screen.has("swapped ") && screen.has("right", "ours")
                    }
                }
            }
            try await python.stop()
        }
    }

    @Test
    func `a console whose list is the swapped one is told that it is the odd one`() async throws {
        try await withProfileConsole(clusters: 2, columns: 160, rows: 50, settings: ["watch = [\"orders.>\"]"]) { console in
            try await console.waitUntilWatched("orders.>")
            let topics = (0..<40).map { "orders.\($0)" }
            let swapped = Array(console.servers.reversed())
            try await withRingProgram("orders", on: swapped, topics: topics) {
                try await withRingProgram("billing", on: swapped, topics: topics) {
                    try await console.terminal.press("5")
                    try await console.terminal.waitFor(
                        "the order beta, alpha explains 40 of 40 topics; this console is the odd one: 2 of 3 programs"
                    )
                }
            }
        }
    }
}
