import Foundation

/// A process that a test started. It is killed when this object is deallocated, and when the test process ends for any
/// reason.
package final class ChildProcess: Sendable {
    /// The targets of a child's three standard streams.
    enum Streams {
        /// Descriptors of this process. Nil is /dev/null.
        case descriptors(input: Int32?, output: Int32?, error: Int32?)
        /// All streams use the terminal at this path, which becomes the child's controlling terminal.
        case terminal(path: String)
    }

    package let pid: Int32
    /// Nil while the process runs. The lock prevents the process from being reaped while it is being signaled.
    private let exit = Watched<ExitStatus?>(nil)

    /// Starts a program in a separate session, so that a Control-C for the tests does not reach it.
    ///
    /// - Parameters:
    ///   - path: An absolute path.
    ///   - arguments: The arguments, without the name of the program.
    ///   - environment: The complete environment.
    ///   - streams: The standard streams of the child. It inherits no other descriptors.
    init(path: String, arguments: [String], environment: [String: String], streams: Streams) throws {
        self.pid = try Self.spawn(path: path, arguments: arguments, environment: environment, streams: streams)
        OrphanWatchdog.shared.watch(self.pid)
        let (pid, exit) = (self.pid, self.exit)
        Thread.detachNewThread { Self.reap(pid, into: exit) }
    }

    deinit {
        self.signal(SIGKILL)
    }

    package var isRunning: Bool { self.exit.value == nil }

    /// Sends a signal. Does nothing if the process has ended.
    package func signal(_ signal: Int32) {
        let pid = self.pid
        self.exit.update { exit in
            if exit == nil { _ = kill(pid, signal) }
        }
    }

    /// Freezes the process (SIGSTOP). Returns when it is frozen, because the signal takes effect with a delay.
    package func pause() {
        self.signal(SIGSTOP)
        var info = siginfo_t()
        // The end of the process also ends this wait. It is not reaped here, so its id cannot be reused.
        while waitid(P_PID, id_t(self.pid), &info, WSTOPPED | WEXITED | WNOWAIT) == -1, errno == EINTR {}
    }

    /// Waits for the process to end.
    package func waitForExit(within limit: Duration = .waitLimit) async throws -> ExitStatus {
        try await self.exit.wait(for: "process \(self.pid) to end", within: limit) { $0 }
    }

    /// Runs a program to its end and returns the contents of its standard output and standard error.
    static func run(
        path: String,
        arguments: [String],
        environment: [String: String],
        input: [UInt8] = [],
        within limit: Duration = .waitLimit
    ) async throws -> (status: ExitStatus, output: String) {
        // Files instead of pipes, because a pipe ends only when the last descendant has closed it.
        let source = try TemporaryFile(input)
        let sink = try TemporaryFile([])
        let process = try ChildProcess(
            path: path,
            arguments: arguments,
            environment: environment,
            streams: .descriptors(input: source.descriptor, output: sink.descriptor, error: sink.descriptor)
        )
        let status = try await process.waitForExit(within: limit)
        return (status, String(decoding: try sink.contents(), as: UTF8.self))
    }

    /// Blocks until the process has ended, then reaps it under the lock that ``signal(_:)`` uses.
    private static func reap(_ pid: pid_t, into exit: Watched<ExitStatus?>) {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        OrphanWatchdog.shared.forget(pid)
        exit.update { exit in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
            exit = ExitStatus(waitStatus: status)
        }
    }
}

// MARK: posix_spawn

extension ChildProcess {
    #if canImport(Darwin)
    private static let newSession = Int32(POSIX_SPAWN_SETSID)
    #else
    /// POSIX_SPAWN_SETSID of glibc and musl, which define it only with _GNU_SOURCE.
    private static let newSession: Int32 = 0x80

    /// Descriptors that other code in this process opened without "close on exec" and the child must not inherit.
    private static func inheritableDescriptors() -> [Int32] {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.compactMap { Int32($0) }.filter { descriptor in
            let flags = fcntl(descriptor, F_GETFD)
            return descriptor > 2 && flags != -1 && flags & FD_CLOEXEC == 0
        }
    }
    #endif

    static func spawn(
        path: String,
        arguments: [String],
        environment: [String: String],
        streams: Streams
    ) throws -> pid_t {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        // Closes all descriptors that the actions do not open.
        let closing = Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        let closing: Int32 = 0
        #endif
        try check(posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init")
        defer { posix_spawn_file_actions_destroy(&actions) }
        try check(posix_spawnattr_init(&attributes), "posix_spawnattr_init")
        defer { posix_spawnattr_destroy(&attributes) }

        switch streams {
        case .descriptors(let input, let output, let error):
            for (stream, descriptor) in [input, output, error].enumerated() {
                if let descriptor {
                    try check(posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(stream)), "adddup2")
                } else {
                    try check(
                        posix_spawn_file_actions_addopen(&actions, Int32(stream), "/dev/null", O_RDWR, 0),
                        "addopen /dev/null"
                    )
                }
            }
        case .terminal(let path):
            // The first terminal that the leader of a new session opens becomes its controlling terminal.
            try check(posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0), "addopen \(path)")
            try check(posix_spawn_file_actions_adddup2(&actions, 0, 1), "adddup2")
            try check(posix_spawn_file_actions_adddup2(&actions, 0, 2), "adddup2")
        }
        #if !canImport(Darwin)
        for descriptor in Self.inheritableDescriptors() {
            try check(posix_spawn_file_actions_addclose(&actions, descriptor), "addclose")
        }
        #endif

        // The child starts with default signal handling, even if this process ignores or blocks signals.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        try check(posix_spawnattr_setsigmask(&attributes, &none), "posix_spawnattr_setsigmask")
        try check(posix_spawnattr_setsigdefault(&attributes, &all), "posix_spawnattr_setsigdefault")
        let flags = Self.newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | closing
        try check(posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags)), "posix_spawnattr_setflags")

        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid = pid_t()
        try check(posix_spawn(&pid, path, &actions, &attributes, &argv, &envp), "start \(path)")
        return pid
    }
}

/// Throws if a function returned an error number.
private func check(_ code: Int32, _ what: String) throws {
    if code != 0 { throw SystemCallError(what, code) }
}

/// A system call failed.
package struct SystemCallError: Error, CustomStringConvertible {
    package let what: String
    package let code: Int32

    init(_ what: String, _ code: Int32 = errno) {
        self.what = what
        self.code = code
    }

    package var description: String { "\(self.what): \(String(cString: strerror(self.code)))" }
}
