import Foundation
import TestSupport

/// The console with a separate home directory on one real server.
struct ActingConsole: Sendable {
    let terminal: TerminalDriver
    let server: NATSServerProcess
    let home: String

    var stateDirectory: String { home + "/state/roulette" }

    /// Starts the console. It can be called again with the same home.
    static func start(
        _ server: NATSServerProcess,
        home: String,
        columns: Int = 100,
        rows: Int = 30,
        environment: [String: String] = [:],
        underShell: Bool = false
    ) async throws -> ActingConsole {
        let command = [try BuiltProgram.path(), "--server", "alpha=\(server.address)"]
        let variables = ["HOME": home, "XDG_CONFIG_HOME": home + "/config", "XDG_STATE_HOME": home + "/state"]
        let terminal = try await TerminalDriver.start(
            // A shell with job control, for tests of jobs.
            underShell ? ["/bin/bash", "--norc", "--noprofile", "-i"] : command,
            columns: columns,
            rows: rows,
            environment: variables.merging(["PS1": "shell> "]) { $1 }.merging(environment) { $1 }
        )
        if underShell {
            try await terminal.waitFor("shell>")
            try await terminal.type(command.joined(separator: " "))
            try await terminal.press("Enter")
        }
        try await terminal.waitFor("1 cluster: 1 up")
        return ActingConsole(terminal: terminal, server: server, home: home)
    }

    /// Subscribes to everything in the Tail view, and waits for the first message.
    func watchAll(_ publisher: RawClient) async throws {
        try await terminal.press(":")
        try await terminal.type("watch >")
        try await terminal.press("Enter", "3")
        try await terminal.repeating("first message") {
            try await publisher.publish("first message", to: "first")
            try await publisher.flush()
        }
    }

    func openForm(_ topic: String) async throws {
        try await terminal.press("p")
        try await terminal.waitFor("Headers")
        try await terminal.type(topic)
        try await terminal.waitFor("→ alpha")
    }

    /// Waits until the form is closed, because a key directly after an escape is a key with alt.
    func closeForm() async throws {
        try await terminal.press("Escape")
        try await terminal.waitFor("the form to close") { screen in !screen.contains { $0.contains("Headers") } }
    }
}

/// Runs a console in a new home for the duration of a test.
func withActingConsole(
    columns: Int = 100,
    rows: Int = 30,
    environment: [String: String] = [:],
    underShell: Bool = false,
    _ body: (ActingConsole) async throws -> Void
) async throws {
    let home = try TemporaryDirectory(for: "home")
    defer { try? home.remove() }
    try await withDeployment(clusters: 1) { deployment in
        let console = try await ActingConsole.start(
            deployment.servers[0],
            home: home.path,
            columns: columns,
            rows: rows,
            environment: environment,
            underShell: underShell
        )
        do {
            try await body(console)
        } catch {
            await console.terminal.close()
            throw error
        }
        await console.terminal.close()
    }
}
