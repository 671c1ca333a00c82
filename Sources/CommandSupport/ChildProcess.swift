package import Foundation

/// Starts programs. A child inherits only the descriptors that it is given, and no password from the environment.
package enum ChildProcess {
    /// Where a program's standard input, output and error go.
    package struct Streams {
        let input: Int32
        let output: Int32
        let error: Int32
        /// One more descriptor to pass on, as number 3.
        let extra: Int32?

        /// The descriptors that become standard input, output and error of the child, and one more as number 3.
        package init(input: Int32, output: Int32, error: Int32, extra: Int32? = nil) {
            self.input = input
            self.output = output
            self.error = error
            self.extra = extra
        }
    }

    /// Starts a program with the signals at their defaults.
    ///
    /// - Parameters:
    ///   - program: The path of the program.
    ///   - arguments: Its arguments, without the program's name.
    ///   - name: The program's name, its argument 0.
    ///   - streams: Its descriptors. All others are closed in the child.
    ///   - ownSession: Whether the child gets its own session, so that a terminal's ^C or hang-up does not reach it.
    /// - Returns: The child's process id. The caller has to wait for it.
    package static func start(
        _ program: String,
        _ arguments: [String],
        name: String,
        streams: Streams,
        ownSession: Bool
    ) throws(CommandError) -> pid_t {
        #if os(Linux)
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #else
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }

        posix_spawn_file_actions_adddup2(&actions, streams.input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, streams.output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, streams.error, STDERR_FILENO)
        if let extra = streams.extra { posix_spawn_file_actions_adddup2(&actions, extra, 3) }
        let firstUnused: Int32 = streams.extra == nil ? 3 : 4
        #if os(Linux)
        // Sockets of event loops are not marked close-on-exec, and other threads open them at any time.
        if !DescriptorClosing.add(to: &actions, from: firstUnused) { DescriptorClosing.markAll(from: firstUnused) }
        #endif

        // A child inherits ignored signals, so the defaults are set again.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags =
            Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | (ownSession ? Int32(spawnInOwnSession) : 0)
            | spawnWithoutOthers
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) }
        defer { words.forEach { free($0) } }
        words.append(nil)
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) }
        defer { variables.forEach { free($0) } }
        variables.append(nil)
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program, &actions, &attributes, words, variables)
        guard failure == 0 else { throw .failed("\(program) cannot be started: \(String(cString: strerror(failure)))") }
        return pid
    }

    /// The environment for children: the environment of this process without secrets.
    private static var environment: [String] {
        ProcessInfo.processInfo.environment.filter { !secretVariables.contains($0.key) }.map { "\($0.key)=\($0.value)" }
    }

    private static let secretVariables: Set<String> = ["ROULETTE_PASSWORD", "ROULETTE_SYSTEM_PASSWORD"]

    /// Waits for a process that was started here, for at most `timeout`.
    /// - Returns: Whether it has ended.
    package static func wait(for pid: pid_t, timeout: Duration) -> Bool {
        let end = ContinuousClock.now + timeout
        while true {
            let result = waitpid(pid, nil, WNOHANG)
            if result == pid || (result < 0 && errno != EINTR) { return true }
            guard ContinuousClock.now < end else { return false }
            usleep(20_000)
        }
    }

    /// The path of this program, to start it again.
    package static var ownProgram: String {
        #if os(Linux)
        // Refers to the running program even if its file was replaced.
        "/proc/self/exe"
        #else
        Bundle.main.executablePath ?? CommandLine.arguments[0]
        #endif
    }

    // glibc defines these only with _GNU_SOURCE, so Swift does not see them.
    #if os(Linux)
    private static let spawnInOwnSession: Int32 = 0x80
    private static let spawnWithoutOthers: Int32 = 0
    #else
    private static let spawnInOwnSession: Int32 = 0x0400
    /// Closes every descriptor that no file action names (POSIX_SPAWN_CLOEXEC_DEFAULT).
    private static let spawnWithoutOthers: Int32 = 0x4000
    #endif
}
