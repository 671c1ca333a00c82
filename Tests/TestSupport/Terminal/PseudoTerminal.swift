import Foundation

/// Runs a program on a pseudo-terminal and keeps all bytes that it writes.
///
/// ``TerminalDriver`` provides the contents of the screen. This type provides the bytes that were sent to the terminal, and
/// the modes of the terminal at the end.
package final class PseudoTerminal: Sendable {
    /// The terminal modes at the end of a program.
    package struct Modes: Sendable, Hashable {
        /// The terminal edits input and delivers it by lines (ICANON).
        package let isCanonical: Bool
        package let echoes: Bool
        /// Control-C and similar keys send signals (ISIG).
        package let generatesSignals: Bool
    }

    private struct Output: Sendable, CustomStringConvertible {
        var bytes: [UInt8] = []
        var ended = false

        var description: String {
            "\(self.bytes.count) bytes, the last: \(String(decoding: self.bytes.suffix(400), as: UTF8.self).debugDescription)"
        }
    }

    /// The two descriptors of the terminal. The program's end stays open for reading the modes.
    private struct Descriptors: Sendable {
        var controller: Int32?
        var terminal: Int32?
    }

    private let process: ChildProcess
    private let output = Watched(Output())
    private let descriptors: Watched<Descriptors>
    /// The modes at the end of the program.
    private let lastModes = Watched<Modes?>(nil)

    /// Runs `command` on a new pseudo-terminal, which is the controlling terminal of its session.
    ///
    /// - Parameters:
    ///   - command: An absolute path and arguments.
    ///   - columns: The width of the terminal.
    ///   - rows: The height of the terminal.
    ///   - environment: Additional variables. The default for TERM is `xterm-256color`.
    package init(_ command: [String], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]) throws {
        guard let path = command.first else { throw SystemCallError("start nothing", EINVAL) }
        let (controller, terminal) = try Self.open(columns: columns, rows: rows)
        do {
            let inherited = ProcessInfo.processInfo.environment.merging(["TERM": "xterm-256color"]) { $1 }
            self.process = try ChildProcess(
                path: path,
                arguments: Array(command.dropFirst()),
                environment: inherited.merging(environment) { $1 },
                streams: .terminal(path: String(cString: ttyname(terminal)))
            )
        } catch {
            close(controller)
            close(terminal)
            throw error
        }
        let descriptors = Watched(Descriptors(controller: controller, terminal: terminal))
        self.descriptors = descriptors
        let output = self.output
        Thread.detachNewThread { Self.record(controller, into: output, closing: descriptors) }
    }

    deinit {
        Self.closeTerminal(self.descriptors)
    }

    package var pid: Int32 { self.process.pid }

    // MARK: Output of the program

    /// All bytes so far.
    package var bytes: [UInt8] { self.output.value.bytes }

    /// Waits until the program has written `text`, escape sequences included, after the first `offset` bytes.
    ///
    /// - Returns: The number of bytes up to the end of the text, which is the offset for the next call.
    @discardableResult
    package func waitFor(_ text: String, after offset: Int = 0, within limit: Duration = .waitLimit) async throws -> Int {
        let wanted = Array(text.utf8)
        return try await self.output.wait(for: text.debugDescription, within: limit) { output in
            if let range = output.bytes[min(offset, output.bytes.count)...].firstRange(of: wanted) { return range.upperBound }
            if output.ended { throw TerminalDriverError(reason: "ended without writing \(text.debugDescription): \(output)") }
            return nil
        }
    }

    /// Waits for the end of the program and for its complete output in ``bytes``.
    package func waitForExit(within limit: Duration = .waitLimit) async throws -> ExitStatus {
        let status = try await self.process.waitForExit(within: limit)
        self.lastModes.update { [descriptors = self.descriptors] modes in modes = modes ?? Self.modes(of: descriptors) }
        // Reading ends when no descriptor of the other side is open.
        Self.closeTerminal(self.descriptors)
        try await self.output.wait(for: "the end of the output", within: limit) { $0.ended ? () : nil }
        return status
    }

    // MARK: Input of the program

    /// Sends bytes like a keyboard.
    package func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        try self.descriptors.update { descriptors in
            guard let controller = descriptors.controller else { throw SystemCallError("write to terminal", EIO) }
            guard write(controller, bytes, bytes.count) == bytes.count else { throw SystemCallError("write to terminal") }
        }
    }

    /// Changes the size of the terminal. The program receives SIGWINCH.
    package func resize(columns: Int, rows: Int) throws {
        try self.descriptors.update { descriptors in
            guard let controller = descriptors.controller else { throw SystemCallError("resize terminal", EIO) }
            try Self.setSize(of: controller, columns: columns, rows: rows)
        }
    }

    /// Sends a signal to the program.
    package func signal(_ signal: Int32) {
        self.process.signal(signal)
    }

    /// The current modes of the terminal or, after ``waitForExit(within:)``, those at the end of the program.
    package var modes: Modes? { self.lastModes.value ?? Self.modes(of: self.descriptors) }
}

// MARK: System calls

extension PseudoTerminal {
    private static func modes(of descriptors: Watched<Descriptors>) -> Modes? {
        descriptors.update { descriptors in
            var attributes = termios()
            guard let terminal = descriptors.terminal, tcgetattr(terminal, &attributes) == 0 else { return nil }
            return Modes(
                isCanonical: attributes.c_lflag & tcflag_t(ICANON) != 0,
                echoes: attributes.c_lflag & tcflag_t(ECHO) != 0,
                generatesSignals: attributes.c_lflag & tcflag_t(ISIG) != 0
            )
        }
    }

    private static func closeTerminal(_ descriptors: Watched<Descriptors>) {
        descriptors.update { descriptors in
            if let terminal = descriptors.terminal { close(terminal) }
            descriptors.terminal = nil
        }
    }

    /// Blocks until no program uses the terminal: end of file on macOS, EIO on Linux.
    private static func record(
        _ controller: Int32,
        into output: Watched<Output>,
        closing descriptors: Watched<Descriptors>
    ) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(controller, &buffer, buffer.count)
            if count > 0 {
                let chunk = Array(buffer[..<count])
                output.update { $0.bytes += chunk }
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        descriptors.update { descriptors in
            close(controller)
            descriptors.controller = nil
        }
        output.update { $0.ended = true }
    }

    private static func open(columns: Int, rows: Int) throws -> (controller: Int32, terminal: Int32) {
        var (controller, terminal): (Int32, Int32) = (-1, -1)
        guard openpty(&controller, &terminal, nil, nil, nil) == 0 else { throw SystemCallError("openpty") }
        do {
            for descriptor in [controller, terminal] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            guard ttyname(terminal) != nil else { throw SystemCallError("ttyname") }
            try Self.setSize(of: controller, columns: columns, rows: rows)
            return (controller, terminal)
        } catch {
            close(controller)
            close(terminal)
            throw error
        }
    }

    private static func setSize(of controller: Int32, columns: Int, rows: Int) throws {
        guard let columns = UInt16(exactly: columns), let rows = UInt16(exactly: rows) else {
            throw SystemCallError("a terminal of \(columns) by \(rows) cells", EINVAL)
        }
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        #if canImport(Darwin)
        // TIOCSWINSZ, a macro that is not available in Swift.
        let request: UInt = 0x8008_7467
        #else
        let request = UInt(TIOCSWINSZ)
        #endif
        guard ioctl(controller, request, &size) == 0 else { throw SystemCallError("set the terminal's size") }
    }
}
