import Foundation
import TestSupport
import Testing

// What the console and `roulette status` say about the demo.

extension DemoSession {
    /// What `roulette status --json` says about a cluster.
    struct Status: Decodable {
        struct Node: Decodable {
            let name: String?
            let address: String?
            let state: String
        }

        struct Connection: Decodable {
            let last_error: String?
        }

        let cluster: String
        let state: String
        let identity: String?
        let alarms: [String]
        let nodes: [Node]
        let silent: [String]?
        let missing_routes: [[String]]?
        let connections: [Connection]
    }

    /// Runs `roulette` with the profile of the demo.
    func run(_ arguments: String...) async throws -> BuiltProgram.Result {
        try await BuiltProgram.run(arguments + ["--config", "\(directory)/roulette.toml"])
    }

    /// Runs `roulette status --json`.
    func status() async throws -> (exit: TestSupport.ExitStatus, clusters: [String: Status]) {
        let result = try await run("status", "--json")
        let clusters = try result.lines.map { try JSONDecoder().decode(Status.self, from: Data($0.utf8)) }
        return (result.status, Dictionary(clusters.map { ($0.cluster, $0) }, uniquingKeysWith: { $1 }))
    }

    /// Waits until the Events view shows an event, and returns to the Overview.
    func waitForEvent(_ text: String) async throws {
        try await terminal.press("7")
        try await terminal.waitFor(text)
        try await terminal.press("1")
        try await terminal.waitFor("the Overview") { $0.shows(view: "Clusters") }
    }

    /// An incident in the Overview.
    struct Incident: CustomStringConvertible {
        let isOpen: Bool
        /// How long it is open, or how long it lasted, in seconds.
        let seconds: Double
        let cluster: String
        let text: String

        var description: String { "\(isOpen ? "open" : "closed") \(seconds) s \(cluster): \(text)" }
    }

    /// Returns the incidents that the Overview shows, without notes.
    func incidents() async throws -> [Incident] {
        let screen = try await terminal.screen()
        guard let start = screen.firstIndex(where: { $0.contains("╭ Incidents") }) else { return [] }
        let line = /\d\d:\d\d:\d\d +[◐✓] +(open )?(?:(\d+)m )?(\d+(?:\.\d+)?) ?(ms|s) +(?:(alpha|beta|gamma) +)?(\S.*?) *│?$/
        return screen[start...].compactMap { row in
            guard let match = row.firstMatch(of: line)?.output else { return nil }
            let number = Double(match.3) ?? 0
            return Incident(
                isOpen: match.1 != nil,
                seconds: (match.2.flatMap { Double($0) } ?? 0) * 60 + (match.4 == "ms" ? number / 1000 : number),
                cluster: match.5.map(String.init) ?? "",
                text: String(match.6)
            )
        }
    }

    /// Waits until one incident in the Overview has this state and text.
    /// - Parameter least: The minimum length of the incident in seconds.
    func waitForIncident(of cluster: String, isOpen: Bool, _ text: String, least: Double = 0) async throws -> Incident {
        try await terminal.press("1")
        var found: Incident?
        try await poll(until: "the \(isOpen ? "open" : "closed") incident of \(cluster): \(text)", within: .seconds(90)) {
            found = try await incidents().first { incident in
                incident.isOpen == isOpen && incident.cluster == cluster && incident.text.contains(text)
                    && incident.seconds >= least
            }
            return found != nil
        }
        return try #require(found)
    }

    /// Waits until the Overview shows a state of a cluster, and a reason below it.
    func waitForOverview(_ cluster: String, _ state: String, _ reason: String) async throws {
        try await terminal.waitFor("\(cluster) as \(state), with the reason \(reason)") { screen in
            guard let row = screen.firstIndex(where: { isRow(of: cluster, $0) }) else { return false }
            return screen[row].contains(state) && row + 1 < screen.count && screen[row + 1].contains(reason)
        }
    }

    /// Waits until the Overview shows a cluster as up, with this number of servers and without a reason below it.
    func waitForRecovery(of cluster: String, nodes: String) async throws {
        try await terminal.waitFor("\(cluster) without a problem") { screen in
            guard let row = screen.firstIndex(where: { isRow(of: cluster, $0) }), row + 1 < screen.count else { return false }
            let isAlone =
                screen[row + 1].allSatisfy { "╰─╯│ ".contains($0) } || balancers.keys.contains { isRow(of: $0, screen[row + 1]) }
            return screen[row].contains("●  \(cluster) ") && screen[row].contains(" up ") && screen[row].contains(" \(nodes) ")
                && isAlone
        }
    }

    /// Returns whether a line is the row of the cluster in the list of clusters.
    private func isRow(of cluster: String, _ line: String) -> Bool {
        ["●", "◐", "○", "!"].contains { line.contains("\($0)  \(cluster) ") }
    }
}
