/// How a process ended.
package enum ExitStatus: Sendable, Hashable {
    /// It ended by itself, with this code.
    case exited(Int32)
    /// This signal ended it.
    case signaled(Int32)

    /// Reads what `waitpid` stored, as the macros of `sys/wait.h` do, which Swift does not see.
    init(waitStatus status: Int32) {
        let signal = status & 0x7F
        self = signal == 0 ? .exited((status >> 8) & 0xFF) : .signaled(signal)
    }
}
