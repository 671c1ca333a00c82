import Foundation
import Locking

/// Ends the processes of the tests even if the test process crashes or is killed.
///
/// A small shell reads from a pipe which processes are running. When the test process ends for any reason, the pipe is
/// closed and the shell kills the remaining processes.
final class OrphanWatchdog: Sendable {
    static let shared = OrphanWatchdog()

    private static let script = """
        trap '' INT TERM HUP
        living=' '
        while read -r operation pid; do
            case $operation in
            +) living="$living$pid " ;;
            -) living="${living%%" $pid "*} ${living#*" $pid "}" ;;
            esac
        done
        for pid in $living; do kill -KILL "$pid"; done 2>/dev/null
        """

    private let pipe: Mutex<Int32>

    private init() {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { preconditionFailure("\(SystemCallError("pipe"))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        do {
            _ = try ChildProcess.spawn(
                path: "/bin/sh",
                arguments: ["-c", Self.script],
                environment: [:],
                streams: .descriptors(input: ends[0], output: nil, error: nil)
            )
        } catch {
            preconditionFailure("cannot start /bin/sh to watch over test processes: \(error)")
        }
        self.pipe = Mutex(ends[1])
    }

    /// Registers a process to be killed when this process ends.
    func watch(_ pid: pid_t) { self.tell("+ \(pid)\n") }

    /// Removes a process. Call this before reaping it, while its id cannot be reused.
    func forget(_ pid: pid_t) { self.tell("- \(pid)\n") }

    private func tell(_ line: String) {
        self.pipe.withLock { descriptor in
            let bytes = Array(line.utf8)
            // Far below PIPE_BUF, so the write is atomic.
            guard write(descriptor, bytes, bytes.count) == bytes.count else {
                preconditionFailure("the watchdog of the test processes has ended: \(SystemCallError("write"))")
            }
        }
    }
}
