import Foundation
import TestSupport
import Testing

/// The console as a job of an interactive shell.
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

    /// Checks that the shell receives and echoes input for longer than several frames of the console.
    private func expectShell(_ terminal: TerminalDriver) async throws {
        for number in 1...3 {
            // The text contains keys of the console.
            try await enter(terminal, "echo q3s-$((\(number) + 40))")
            try await terminal.waitFor("q3s-\(number + 40)")
            // The console has new content to draw every second.
            try await Task.sleep(for: .milliseconds(700))
        }
        let status = try await terminal.status()
        #expect(!status.isAlternateScreen && !status.takesMouse && status.cursorIsVisible)
        let screen = try await terminal.screen()
        #expect(!screen.contains { $0.contains("Overview") || $0.contains("╭") })
    }

    @Test
    func `after ^z and bg the shell has the terminal and the console runs; fg returns the terminal to the console`() async throws
    {
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
            try await terminal.waitFor("No subscription yet")
            try await terminal.press("q")
            try await terminal.waitForStatus("the shell's screen") { !$0.isAlternateScreen && $0.cursorIsVisible }
            try await enter(terminal, "echo status-$?")
            try await terminal.waitFor("status-0")
        }
    }

    @Test
    func `started with &, the console stops until it may use the terminal, and does not change the modes`() async throws {
        try await withShell { terminal, console in
            try await enter(terminal, "stty -a > /dev/null; \(console) &")
            // The shell reports the job before its next prompt.
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
    func `ended in the background, the console does not change the shell's terminal`() async throws {
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
