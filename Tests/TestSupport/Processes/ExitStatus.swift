/// The way a process ended.
package enum ExitStatus: Sendable, Hashable {
    /// The process exited with this code.
    case exited(Int32)
    /// The process was ended by this signal.
    case signaled(Int32)

    /// Decodes a status from `waitpid` like the macros of `sys/wait.h`, which are not available in Swift.
    init(waitStatus status: Int32) {
        let signal = status & 0x7F
        self = signal == 0 ? .exited((status >> 8) & 0xFF) : .signaled(signal)
    }
}
