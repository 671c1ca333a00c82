import Foundation

/// Starts programs. They get the descriptors that they are meant to have and no others, and no password.
enum ChildProcess {
    /// Where a program's standard input, output and error go.
    struct Streams {
        var input: Int32
        var output: Int32
        var error: Int32
        /// One more descriptor to pass on, as number 3.
        var extra: Int32?
    }

    /// Starts a program with the signals at their defaults.
    ///
    /// - Parameters:
    ///   - program: The path of the program.
    ///   - arguments: What follows the program's name.
    ///   - streams: Its descriptors. No others are passed on, however they were opened.
    ///   - ownSession: Whether it gets a session of its own, so that no terminal's ^C or hang-up reaches it.
    /// - Returns: the process's id; it has to be waited for.
    static func start(
        _ program: String,
        _ arguments: [String],
        name: String,
        streams: Streams,
        ownSession: Bool
    ) throws(CommandFailure) -> pid_t {
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
            // Sockets of event loops are not marked close-on-exec, and there are always some being made.
            if !DescriptorClosing.add(to: &actions, from: firstUnused) { DescriptorClosing.markAll(from: firstUnused) }
        #endif

        // Signals that this program ignores would be ignored by the new one too.
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

    /// What a started program finds in its environment: everything but secrets of this one.
    private static var environment: [String] {
        ProcessInfo.processInfo.environment.filter { !secretVariables.contains($0.key) }.map { "\($0.key)=\($0.value)" }
    }

    private static let secretVariables: Set<String> = ["ROULETTE_PASSWORD"]

    /// Waits for a process that was started here, for at most `timeout`.
    /// - Returns: whether it has ended.
    static func wait(for pid: pid_t, timeout: Duration) -> Bool {
        let end = ContinuousClock.now + timeout
        while true {
            let result = waitpid(pid, nil, WNOHANG)
            if result == pid || (result < 0 && errno != EINTR) { return true }
            guard ContinuousClock.now < end else { return false }
            usleep(20_000)
        }
    }

    /// The path of this program, to start it again.
    static var ownProgram: String {
        #if os(Linux)
            // Names the program that runs, even if its file was replaced meanwhile.
            "/proc/self/exe"
        #else
            Bundle.main.executablePath ?? CommandLine.arguments[0]
        #endif
    }

    // Defined with _GNU_SOURCE only in glibc, and so not visible here.
    #if os(Linux)
        private static let spawnInOwnSession: Int32 = 0x80
        private static let spawnWithoutOthers: Int32 = 0
    #else
        private static let spawnInOwnSession: Int32 = 0x0400
        /// What no action names is closed (POSIX_SPAWN_CLOEXEC_DEFAULT).
        private static let spawnWithoutOthers: Int32 = 0x4000
    #endif
}
