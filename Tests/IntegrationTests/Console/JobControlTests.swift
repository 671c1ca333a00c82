import Foundation
import TestSupport
import Testing

/// The console as one of several jobs of an interactive shell.
@Suite("The console as a job of a shell", .serialized, .timeLimit(.minutes(5)))
struct JobControlTests {
    private func withShell(_ body: (TerminalDriver, String) async throws -> Void) async throws {
        try await NATSServerProcess.withServer { server in
            let terminal = try await TerminalDriver.start(
                ["/bin/bash", "--norc", "--noprofile", "-i"],
                environment: BuiltProgram.environment(adding: ["PS1": "shell> "])
            )
            do {
                try await terminal.waitFor("shell>")
                try await body(terminal, "\(try BuiltProgram.path()) --server alpha=\(server.address)")
            } catch {
                await terminal.close()
                throw error
            }
            await terminal.close()
        }
    }

    private func enter(_ terminal: TerminalDriver, _ line: String) async throws {
        try await terminal.type(line)
        try await terminal.press("Enter")
    }

    /// The shell reads what is typed and shows it, for longer than the console needs for several frames.
    private func expectShell(_ terminal: TerminalDriver) async throws {
        for number in 1...3 {
            // With the keys of the console in it.
            try await enter(terminal, "echo q3s-$((\(number) + 40))")
            try await terminal.waitFor("q3s-\(number + 40)")
            // Each second the console has something new to draw.
            try await Task.sleep(for: .milliseconds(700))
        }
        let status = try await terminal.status()
        #expect(!status.isAlternateScreen && !status.takesMouse && status.cursorIsVisible)
        let screen = try await terminal.screen()
        #expect(!screen.contains { $0.contains("Overview") || $0.contains("╭") })
    }

    @Test
    func `^z, bg: the shell has the terminal, and the console runs; fg: the console has it again`() async throws {
        try await withShell { terminal, console in
            try await enter(terminal, console)
            try await terminal.waitFor("1 cluster: 1 up")
            try await terminal.press("C-z")
            try await terminal.waitFor("Stopped")
            try await enter(terminal, "bg")
            try await expectShell(terminal)
            try await enter(terminal, "jobs -r")
            try await terminal.waitFor("Running")

            try await enter(terminal, "fg")
            try await terminal.waitForStatus("the console's screen") { $0.isAlternateScreen && !$0.cursorIsVisible }
            try await terminal.waitFor("1 cluster: 1 up")
            try await terminal.press("3")
            try await terminal.waitFor("Nothing is subscribed to")
            try await terminal.press("q")
            try await terminal.waitForStatus("the shell's screen") { !$0.isAlternateScreen && $0.cursorIsVisible }
            try await enter(terminal, "echo status-$?")
            try await terminal.waitFor("status-0")
        }
    }

    @Test
    func `started with &: it is stopped until it may have the terminal, and changes none of its modes`() async throws {
        try await withShell { terminal, console in
            try await enter(terminal, "stty -a > /dev/null; \(console) &")
            // A shell tells of it before its next prompt.
            try await terminal.waitFor("the job to be stopped") { screen in
                screen.contains { $0.contains("Stopped") || $0.contains("[1]") }
            }
            try await expectShell(terminal)
            try await enter(terminal, "jobs -s")
            try await terminal.waitFor("Stopped")
            try await enter(terminal, "fg")
            try await terminal.waitFor("1 cluster: 1 up")
            try await terminal.press("q")
            try await terminal.waitForStatus("the shell's screen") { !$0.isAlternateScreen && $0.cursorIsVisible }
        }
    }

    @Test
    func `ended while it is in the background: the shell's terminal is left alone`() async throws {
        try await withShell { terminal, console in
            try await enter(terminal, console)
            try await terminal.waitFor("1 cluster: 1 up")
            try await terminal.press("C-z")
            try await terminal.waitFor("Stopped")
            try await enter(terminal, "bg")
            try await expectShell(terminal)
            try await enter(terminal, "kill %1; wait %1; echo status-$?")
            try await terminal.waitFor("status-143")
            try await expectShell(terminal)
        }
    }
}
