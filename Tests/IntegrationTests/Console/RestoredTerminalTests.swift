import Foundation
import TestSupport
import Testing

/// A shell runs the console and compares its terminal before and after.
///
/// The shell is not interactive, because interactive shells restore the terminal modes themselves.
@Suite("The terminal after the console", .serialized, .timeLimit(.minutes(10)))
struct RestoredTerminalTests {
    /// The ways in which the console ends.
    enum Ending: Sendable, CaseIterable {
        case quitKey, controlC, quitCommand
        /// While a server is down and the console retries the connection.
        case quitWithoutServer
        case terminated, hungUp, interrupted, quit
        /// The signals of a Swift trap: SIGILL on x86-64, SIGTRAP on arm64. The program has no intentional trap, so the
        /// test sends the signals.
        case illegalInstruction, trap
        case badMemory, abort

        fileprivate var signal: Int32? {
            switch self {
            case .quitKey, .controlC, .quitCommand, .quitWithoutServer: nil
            case .terminated: SIGTERM
            case .hungUp: SIGHUP
            case .interrupted: SIGINT
            case .quit: SIGQUIT
            case .illegalInstruction: SIGILL
            case .trap: SIGTRAP
            case .badMemory: SIGSEGV
            case .abort: SIGABRT
            }
        }

        /// The status as a shell reports it, including the end by a signal.
        fileprivate var status: Int32 { signal.map { 128 + $0 } ?? 0 }
    }

    /// The console crashes. The Swift runtime may then be configured to print a backtrace.
    @Test(
        arguments: [Ending.badMemory, .abort, .trap],
        ["enable=yes", "enable=yes,interactive=no", ""]
    )
    func `a crash ends the console immediately, for every backtracer setting`(_ ending: Ending, _ backtrace: String)
        async throws
    {
        try await withShell(Self.endingScript, backtrace: backtrace) { terminal, server, home in
            let pid = try contents(home, "pid")
            try await end(terminal, server, pid: pid, ending)
            let process = try #require(Int32(pid))
            // The program is a child of the shell, so only the shell can wait for it. The backtracer of Swift would keep a
            // crashed program for a minute.
            try await poll(until: "the end of process \(pid)", within: .seconds(20)) { kill(process, 0) != 0 }
            try await expectRestored(terminal, home)
            #expect(try contents(home, "status") == "\(ending.status)")
        }
    }

    @Test(arguments: Ending.allCases)
    func `the terminal is restored after every way to end the console`(_ ending: Ending) async throws {
        try await withShell(Self.endingScript) { terminal, server, home in
            try await end(terminal, server, pid: try contents(home, "pid"), ending)
            try await expectRestored(terminal, home)
            #expect(try contents(home, "status") == "\(ending.status)")
        }
    }

    @Test
    func `the terminal is restored while the console is stopped by ^z, and after it was resumed and ended`() async throws {
        try await withShell(Self.stoppingScript) { terminal, _, home in
            try await terminal.press("C-z")
            try await terminal.waitFor("stopped") { $0.contains("stopped") }
            let status = try await terminal.status()
            #expect(!status.isAlternateScreen && !status.takesMouse && status.cursorIsVisible)
            #expect(try contents(home, "stopped") == contents(home, "before"))
            // The shell can read a line again, so it continues.
            try await terminal.press("Enter")
            try await terminal.waitForStatus("the console again") {
                $0.isAlternateScreen && $0.takesMouse && !$0.cursorIsVisible
            }
            try await terminal.waitFor("1 cluster: 1 up")
            try await terminal.press("q")
            try await expectRestored(terminal, home)
        }
    }

    @Test
    func `a SIGHUP that is ignored at the start stays ignored, as nohup requires`() async throws {
        try await withShell("trap '' HUP\n" + Self.endingScript) { terminal, _, home in
            try #require(kill(try #require(Int32(contents(home, "pid"))), SIGHUP) == 0)
            try await terminal.press("2")
            try await terminal.waitFor("the view Topics") { $0.shows(view: "Topics") }
            try await terminal.press("q")
            try await expectRestored(terminal, home)
            #expect(try contents(home, "status") == "0")
        }
    }

    // MARK: The shell

    /// Runs the console, given as arguments, with a known process id.
    private static let run = #"sh -c 'echo $$ > pid; exec "$@"' sh "$@""#

    private static let endingScript = """
        ulimit -c 0
        stty -a > before
        \(run)
        echo $? > status
        stty -a > after
        echo ended
        exec cat -v
        """

    private static let stoppingScript = """
        set -m
        stty -a > before
        \(run)
        stty -a > stopped
        echo stopped
        read -r line
        fg
        stty -a > after
        echo ended
        exec cat -v
        """

    /// Runs a script that runs the console on a server, with the mouse enabled.
    private func withShell(
        _ script: String,
        backtrace: String = "enable=no",
        _ body: (TerminalDriver, NATSServerProcess, String) async throws -> Void
    ) async throws {
        let home = try TemporaryDirectory(for: "home")
        defer { try? home.remove() }
        try script.write(toFile: home.path + "/script", atomically: true, encoding: .utf8)
        try await NATSServerProcess.withServer { server in
            let terminal = try await TerminalDriver.start(
                [
                    "/bin/sh", "-c", #"cd "$HOME" && exec sh ./script "$@""#, "sh", try BuiltProgram.path(), "--server",
                    "alpha=\(server.address)",
                ],
                environment: [
                    "HOME": home.path, "XDG_CONFIG_HOME": home.path, "XDG_STATE_HOME": home.path, "SWIFT_BACKTRACE": backtrace,
                ]
            )
            do {
                try await terminal.waitFor("1 cluster: 1 up")
                try await terminal.press("m")
                try await terminal.waitForStatus("the terminal modes of the console") {
                    $0.isAlternateScreen && $0.takesMouse && !$0.cursorIsVisible
                }
                try await body(terminal, server, home.path)
            } catch {
                await terminal.close()
                throw error
            }
            await terminal.close()
        }
    }

    private func end(_ terminal: TerminalDriver, _ server: NATSServerProcess, pid: String, _ ending: Ending) async throws {
        switch ending {
        case .quitKey: try await terminal.press("q")
        case .controlC: try await terminal.press("C-c")
        case .quitCommand:
            try await terminal.type(":quit")
            try await terminal.press("Enter")
        case .quitWithoutServer:
            server.kill()
            try await terminal.waitFor("no cluster for")
            try await terminal.press("q")
        default:
            let (process, signal) = (try #require(Int32(pid)), try #require(ending.signal))
            try #require(kill(process, signal) == 0)
        }
    }

    /// Checks that the modes are restored, the screen is the shell's, and pasted text is not bracketed.
    private func expectRestored(_ terminal: TerminalDriver, _ home: String) async throws {
        try await terminal.waitFor("the shell to continue") { $0.contains("ended") }
        let status = try await terminal.status()
        #expect(!status.isAlternateScreen, "the alternate screen is left")
        #expect(!status.takesMouse, "the mouse is off")
        #expect(status.cursorIsVisible, "the cursor is visible")
        #expect(try contents(home, "after") == contents(home, "before"))
        try await terminal.paste("pasted\n")
        let screen = try await terminal.waitFor("the paste") { $0.contains { $0.hasSuffix("pasted") } }
        #expect(!screen.has("200~"), "bracketed paste is off")
    }

    private func contents(_ home: String, _ name: String) throws -> String {
        try String(contentsOfFile: home + "/" + name, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
