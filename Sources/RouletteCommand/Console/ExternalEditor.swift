import CommandSupport
import Console
import Foundation
import Locking
import Settings

/// Runs the operator's editor (`VISUAL`, else `EDITOR`) on a private file, which is always removed.
struct ExternalEditor: Sendable {
    /// The longest text that is read back: the largest `max_payload` of a NATS server.
    private static let limit = 64 << 20

    /// The value of the variable: a program, possibly with arguments.
    let command: String
    /// The directory in which the private directory is created.
    private let temporaryDirectory: String

    /// - Throws: `EditorError` if neither variable names an editor.
    init(environment: [String: String]) throws(EditorError) {
        let names = ["VISUAL", "EDITOR"].compactMap { environment[$0] }
        guard let command = names.first(where: { !$0.allSatisfy(\.isWhitespace) }) else {
            throw EditorError("set VISUAL or EDITOR to the editor to open, such as EDITOR=vi")
        }
        self.command = command
        temporaryDirectory = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    }

    /// Opens the editor on a text and waits until it ends. The console must have released the terminal.
    ///
    /// - Returns: The edited text. A line feed that the editor added to the last line is removed.
    /// - Throws: `EditorError` if the editor cannot be started or fails.
    func edit(_ text: [UInt8]) async throws(EditorError) -> [UInt8] {
        var template = Array("\(temporaryDirectory)/roulette-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw EditorError("cannot create a directory in \(temporaryDirectory): \(String(cString: strerror(errno)))")
        }
        let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // Also removes other files that the editor created there.
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = directory + "/" + Self.name(for: text)
        try Self.write(text, to: file)
        try await run(on: file)
        let edited: [UInt8]
        do {
            edited = try SettingsFile.read(file, limit: Self.limit).bytes
        } catch {
            throw EditorError("its file cannot be read: \(error.description)")
        }
        let newline = UInt8(ascii: "\n")
        return edited.last == newline && text.last != newline ? Array(edited.dropLast()) : edited
    }

    /// A name with an extension that fits the text, so that the editor can highlight it.
    private static func name(for text: [UInt8]) -> String {
        let first = text.first { !" \t\r\n".utf8.contains($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? "body.json" : "body.txt"
    }

    private static func write(_ text: [UInt8], to file: String) throws(EditorError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EditorError("\(file): \(String(cString: strerror(errno)))") }
        let failed = FileDescriptors.writeAll(text, to: descriptor)
        let closed = close(descriptor) == 0 ? nil : errno
        if let number = failed ?? closed { throw EditorError("\(file): \(String(cString: strerror(number)))") }
    }

    // MARK: Running

    private func run(on file: String) async throws(EditorError) {
        // Like `system`, ignore ^C and ^\, which are meant for the editor but also reach this process.
        let signals = IgnoredSignals([SIGINT, SIGQUIT])
        defer { signals.restore() }
        let pid: pid_t
        do {
            pid = try ChildProcess.start(
                "/bin/sh",
                ["-c", "\(command) \"$@\"", command, file],
                name: "sh",
                streams: .init(input: STDIN_FILENO, output: STDOUT_FILENO, error: STDERR_FILENO),
                ownSession: false
            )
        } catch {
            throw EditorError("\(error)")
        }
        let status = await RunningChild(pid).wait()
        // The low 7 bits are the signal that ended the child, the next byte is its exit code.
        let (code, signal) = ((status >> 8) & 0xFF, status & 0x7F)
        guard signal == 0 else { throw EditorError("\(command) was ended by signal \(signal)") }
        switch code {
        case 0: return
        case 126, 127: throw EditorError("\(command) cannot be run; set VISUAL or EDITOR to an editor that is installed")
        default: throw EditorError("\(command) ended with status \(code)")
        }
    }
}

/// A child process that one task waits for. Canceling the task ends the child.
private final class RunningChild: Sendable {
    /// The process id; nil after waiting, since the kernel may reuse it then.
    private let pid: Mutex<pid_t?>
    /// How long the child may take to end after SIGTERM.
    private static let grace: UInt32 = 2

    init(_ pid: pid_t) {
        self.pid = Mutex(pid)
    }

    /// - Returns: The status of `waitpid`.
    func wait() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: block()) }
            }
        } onCancel: {
            send(SIGTERM)
            Thread.detachNewThread {
                sleep(Self.grace)
                self.send(SIGKILL)
            }
        }
    }

    private func block() -> Int32 {
        guard let id = pid.withLock({ $0 }) else { return 0 }
        var info = siginfo_t()
        // WNOWAIT keeps the process id reserved until the lock is held, so that signals cannot reach another process.
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        return pid.withLock { pid in
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            pid = nil
            return status
        }
    }

    private func send(_ signal: Int32) {
        pid.withLock { pid in
            if let pid { kill(pid, signal) }
        }
    }
}

/// Ignores signals until `restore` is called.
private struct IgnoredSignals {
    private var before: [(number: Int32, action: sigaction)] = []

    init(_ numbers: [Int32]) {
        for number in numbers {
            var action = sigaction()
            guard sigaction(number, nil, &action) == 0 else { continue }
            before.append((number, action))
            signal(number, SIG_IGN)
        }
    }

    func restore() {
        for (number, action) in before {
            var action = action
            sigaction(number, &action, nil)
        }
    }
}
