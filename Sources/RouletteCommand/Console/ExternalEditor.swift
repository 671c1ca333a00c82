import Console
import Foundation
import Locking
import Settings

/// The operator's editor (`VISUAL`, else `EDITOR`), run on a file that nobody else can read and that is removed whatever
/// happens.
struct ExternalEditor: Sendable {
    /// The longest text taken back: the most that a NATS server can be configured to take.
    private static let limit = 64 << 20

    /// What the variable says: a program, maybe with arguments.
    let command: String
    /// Where the private directory is made.
    private let temporaryDirectory: String

    /// - Throws: When neither variable names an editor.
    init(environment: [String: String]) throws(EditorFailure) {
        let names = ["VISUAL", "EDITOR"].compactMap { environment[$0] }
        guard let command = names.first(where: { !$0.allSatisfy(\.isWhitespace) }) else {
            throw EditorFailure("set VISUAL or EDITOR to the editor to open, such as EDITOR=vi")
        }
        self.command = command
        temporaryDirectory = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    }

    /// Opens the editor on a text and waits for its end. The terminal has to be free.
    ///
    /// - Returns: What the file holds then. A line feed that the editor put behind a last line without one is taken away.
    /// - Throws: When the editor could not be started or did not end well.
    func edit(_ text: [UInt8]) async throws(EditorFailure) -> [UInt8] {
        var template = Array("\(temporaryDirectory)/roulette-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw EditorFailure("no directory in \(temporaryDirectory): \(String(cString: strerror(errno)))")
        }
        let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // With what the editor left beside the file.
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = directory + "/" + Self.name(for: text)
        try Self.write(text, to: file)
        try await run(on: file)
        let edited: [UInt8]
        do {
            edited = try SettingsFile.read(file, limit: Self.limit).bytes
        } catch {
            throw EditorFailure("its file cannot be read: \(error.description)")
        }
        let newline = UInt8(ascii: "\n")
        return edited.last == newline && text.last != newline ? Array(edited.dropLast()) : edited
    }

    /// Named for what it seems to be, so that the editor can color it.
    private static func name(for text: [UInt8]) -> String {
        let first = text.first { !" \t\r\n".utf8.contains($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? "body.json" : "body.txt"
    }

    private static func write(_ text: [UInt8], to file: String) throws(EditorFailure) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EditorFailure("\(file): \(String(cString: strerror(errno)))") }
        let failed = FileDescriptors.writeAll(text, to: descriptor)
        let closed = close(descriptor) == 0 ? nil : errno
        if let number = failed ?? closed { throw EditorFailure("\(file): \(String(cString: strerror(number)))") }
    }

    // MARK: Running

    private func run(on file: String) async throws(EditorFailure) {
        // As `system` does: ^C and ^\ are for the editor, and reach this process too.
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
            throw EditorFailure("\(error)")
        }
        let status = await RunningChild(pid).wait()
        // The low 7 bits are the signal that ended it, the next byte its exit code.
        let (code, signal) = ((status >> 8) & 0xFF, status & 0x7F)
        guard signal == 0 else { throw EditorFailure("\(command) was ended by signal \(signal)") }
        switch code {
        case 0: return
        case 126, 127: throw EditorFailure("\(command) cannot be run; set VISUAL or EDITOR to an editor that is installed")
        default: throw EditorFailure("\(command) ended with status \(code)")
        }
    }
}

/// A child that is waited for by one task. Canceling that task ends the child.
private final class RunningChild: Sendable {
    /// Nil once it has been waited for: its number may be somebody else's then.
    private let pid: Mutex<pid_t?>
    /// How long the child may take to end when it is asked to.
    private static let grace: UInt32 = 2

    init(_ pid: pid_t) {
        self.pid = Mutex(pid)
    }

    /// - Returns: The status of `waitpid`.
    func wait() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: self.block()) }
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
        // Not taken away yet: until the lock is held, a signal may be sent to it.
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

/// Signals that are ignored for a while.
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
