import Foundation

/// Runs a program in a separate terminal (tmux), sends keys to it and reads its screen.
///
/// tmux is a real terminal, so its screen shows what a user would see. The program and its tmux server end with
/// ``close()``, and with the test process.
package final class TerminalDriver: Sendable {
    /// The state of a terminal besides its text.
    package struct Status: Sendable, Hashable {
        package let columns: Int
        package let rows: Int
        package let cursorColumn: Int
        package let cursorRow: Int
        package let cursorIsVisible: Bool
        /// Whether the program uses the alternate screen, like full-screen programs.
        package let isAlternateScreen: Bool
        package let takesMouse: Bool
        /// The id of the process in the terminal.
        package let pid: Int32
        /// Nil while the program runs. Only tmux 3.3 and newer reports signals.
        package let exit: ExitStatus?
    }

    private static let session = "main"

    private let tmux: String
    private let directory: TemporaryDirectory
    private let environment: [String: String]
    private let server = Watched<Int32?>(nil)

    private init(tmux: String, directory: TemporaryDirectory, environment: [String: String]) {
        self.tmux = tmux
        self.directory = directory
        self.environment = environment
    }

    deinit {
        // The test failed before close(). Without their terminal, the programs end by SIGHUP.
        if let server = self.server.value {
            kill(server, SIGKILL)
            OrphanWatchdog.shared.forget(server)
        }
        try? self.directory.remove()
    }

    /// Runs `command` in a new terminal.
    ///
    /// - Parameters:
    ///   - command: An absolute path and arguments, passed without a shell.
    ///   - columns: The width in cells.
    ///   - rows: The height in cells.
    ///   - environment: Additional variables. TERM is `screen-256color`, the locale `C.UTF-8`.
    /// - Throws: ``ProgramNotFoundError`` if tmux is missing.
    package static func start(
        _ command: [String],
        columns: Int = 80,
        rows: Int = 24,
        environment: [String: String] = [:]
    ) async throws -> TerminalDriver {
        let tmux = try InstalledProgram.path(of: "tmux")
        var inherited = ProcessInfo.processInfo.environment
        // If the tests run inside tmux, they must not use that server.
        inherited["TMUX"] = nil
        inherited["TMUX_PANE"] = nil
        let locale = ["LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"]
        let driver = TerminalDriver(
            tmux: tmux,
            directory: try TemporaryDirectory(for: "tmux"),
            environment: inherited.merging(locale) { $1 }
        )
        try """
        set -g default-terminal screen-256color
        set -g remain-on-exit on
        set -g status off
        set -g escape-time 0
        set -g focus-events on
        set -g set-clipboard on
        set -g default-size \(columns)x\(rows)
        """.write(toFile: driver.configurationFile, atomically: true, encoding: .utf8)

        // tmux runs two or more words directly, but passes a single word to a shell.
        let variables = locale.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
        try await driver.run(
            ["new-session", "-d", "-s", Self.session, "-x", String(columns), "-y", String(rows), "--", "/usr/bin/env"]
                + variables + command
        )
        let pid = try await Int32(driver.run(["display-message", "-p", "#{pid}"]).trimmingCharacters(in: .newlines))
        if let pid {
            driver.server.update { $0 = pid }
            OrphanWatchdog.shared.watch(pid)
        }
        return driver
    }

    // MARK: Input

    /// Presses keys with tmux's names: `Enter`, `Escape`, `Up`, `PageDown`, `F1`, `C-c`, `M-x`, `BSpace`, `a`.
    package func press(_ keys: String...) async throws {
        try await self.run(["send-keys", "-t", Self.session] + keys)
    }

    /// Types text, one key per character.
    package func type(_ text: String) async throws {
        try await self.run(["send-keys", "-t", Self.session, "-l", "--", text])
    }

    /// Sends bytes unchanged, for example a mouse report.
    package func send(_ bytes: [UInt8]) async throws {
        let hexadecimal = bytes.map { String($0, radix: 16) }
        try await self.run(["send-keys", "-t", Self.session, "-H"] + hexadecimal)
    }

    /// Pastes text, bracketed if the program enabled that.
    package func paste(_ text: String) async throws {
        try await self.run(["load-buffer", "-"], input: Array(text.utf8))
        try await self.run(["paste-buffer", "-p", "-r", "-t", Self.session])
    }

    /// Changes the size of the terminal. The program receives SIGWINCH.
    package func resize(columns: Int, rows: Int) async throws {
        try await self.run(["resize-window", "-t", Self.session, "-x", String(columns), "-y", String(rows)])
    }

    /// Sends a signal to the program.
    package func signal(_ signal: Int32) async throws {
        let status = try await self.status()
        guard status.exit == nil else { return }
        Foundation.kill(status.pid, signal)
    }

    // MARK: Output

    /// Returns the lines of the screen from top to bottom, without trailing spaces. There are always as many as the
    /// terminal has rows.
    ///
    /// - Parameter escapes: Whether to keep colors and attributes, as escape sequences.
    package func screen(escapes: Bool = false) async throws -> [String] {
        let rows = try await self.status().rows
        let text = try await self.run(["capture-pane", "-p", "-t", Self.session] + (escapes ? ["-e"] : []))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Array((lines + Array(repeating: "", count: rows)).prefix(rows))
    }

    /// Returns the last text that a program put into the clipboard (OSC 52), without the line feed that tmux appends.
    /// - Throws: If the clipboard is empty.
    package func clipboard() async throws -> String {
        try await self.run(["show-buffer"])
    }

    /// Returns size, cursor and modes.
    package func status() async throws -> Status {
        let names = [
            "pane_width", "pane_height", "cursor_x", "cursor_y", "cursor_flag", "alternate_on", "mouse_any_flag",
            "pane_pid", "pane_dead_status", "pane_dead_signal",
        ]
        let format = names.map { "#{\($0)}" }.joined(separator: ",")
        let answer = try await self.run(["display-message", "-p", "-t", Self.session, format])
        let fields = answer.trimmingCharacters(in: .newlines).split(separator: ",", omittingEmptySubsequences: false)
        let values = fields.map { Int($0) }
        guard values.count == names.count else { throw TerminalDriverError(reason: "unexpected answer \(answer)") }
        // tmux sees the end of a program's output before its exit status, so wait for the latter.
        let exit = values[8].map { ExitStatus.exited(Int32($0)) } ?? values[9].map { ExitStatus.signaled(Int32($0)) }
        return Status(
            columns: values[0] ?? 0,
            rows: values[1] ?? 0,
            cursorColumn: values[2] ?? 0,
            cursorRow: values[3] ?? 0,
            cursorIsVisible: values[4] == 1,
            isAlternateScreen: values[5] == 1,
            takesMouse: values[6] == 1,
            pid: Int32(values[7] ?? 0),
            exit: exit
        )
    }

    /// Waits until one line of the screen contains `text`.
    ///
    /// - Returns: The first such screen.
    @discardableResult
    package func waitFor(_ text: String, within limit: Duration = .waitLimit) async throws -> [String] {
        try await self.waitFor("\(text.debugDescription)", within: limit) { screen in
            screen.contains { $0.contains(text) }
        }
    }

    /// Waits until the screen satisfies a condition.
    ///
    /// - Parameters:
    ///   - what: Completes the message "the screen did not show …".
    ///   - limit: The maximum real time to wait.
    ///   - condition: Called with the lines of the screen.
    /// - Returns: The first such screen.
    /// - Throws: ``WaitTimeoutError`` with the last screen.
    @discardableResult
    package func waitFor(
        _ what: String,
        within limit: Duration = .waitLimit,
        _ condition: ([String]) -> Bool
    ) async throws -> [String] {
        // tmux reports changes only to attached clients.
        try await poll(for: what, within: limit, last: self.framedScreen) {
            let screen = try await self.screen()
            return condition(screen) ? screen : nil
        }
    }

    /// Waits until size, cursor or modes satisfy a condition, like ``waitFor(_:within:_:)`` for screens.
    @discardableResult
    package func waitForStatus(
        _ what: String,
        within limit: Duration = .waitLimit,
        _ condition: (Status) -> Bool
    ) async throws -> Status {
        try await poll(for: what, within: limit, last: { "\(try await self.status()); \(try await self.framedScreen())" }) {
            let status = try await self.status()
            return condition(status) ? status : nil
        }
    }

    /// The screen in a frame, for an error.
    private func framedScreen() async throws -> String {
        let screen = try await self.screen()
        let width = screen.map(\.count).max() ?? 0
        let border = "+" + String(repeating: "-", count: width) + "+"
        let lines = screen.map { "|" + $0 + String(repeating: " ", count: width - $0.count) + "|" }
        return (["the screen:", border] + lines + [border]).joined(separator: "\n")
    }

    /// Waits for the end of the program. Its last screen remains readable.
    package func waitForExit(within limit: Duration = .waitLimit) async throws -> ExitStatus {
        let status = try await self.waitForStatus("end of the program", within: limit) { status in
            // tmux 3.3 sometimes misses the end of a program until it receives SIGCHLD.
            if status.exit == nil, let server = self.server.value { kill(server, SIGCHLD) }
            return status.exit != nil
        }
        return status.exit ?? .exited(-1)
    }

    /// Appends all bytes that the program writes from now on to a file.
    package func record(to file: String) async throws {
        try await self.run(["pipe-pane", "-t", Self.session, "exec cat >> '\(file)'"])
    }

    /// Ends the program and its terminal.
    package func close() async {
        // Not a failure if tmux has already ended.
        _ = try? await self.run(["kill-server"])
        let server = self.server.update { server in
            defer { server = nil }
            return server
        }
        if let server { OrphanWatchdog.shared.forget(server) }
    }

    // MARK: tmux

    private var configurationFile: String { "\(self.directory.path)/tmux.conf" }

    @discardableResult
    private func run(_ arguments: [String], input: [UInt8] = []) async throws -> String {
        let (status, output) = try await ChildProcess.run(
            path: self.tmux,
            arguments: ["-u", "-S", "\(self.directory.path)/socket", "-f", self.configurationFile] + arguments,
            environment: self.environment,
            input: input
        )
        guard status == .exited(0) else {
            throw TerminalDriverError(reason: "tmux \(arguments.first ?? "") failed (\(status)): \(output)")
        }
        return output
    }
}

/// A program in a terminal did not meet the expectation of a test.
package struct TerminalDriverError: Error, CustomStringConvertible {
    package let reason: String

    package var description: String { self.reason }
}
