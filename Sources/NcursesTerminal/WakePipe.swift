#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A pipe that wakes a thread from `poll`. Signal handlers write the number of their signal to it, other threads a 0.
///
/// Both ends are non-blocking. A full pipe already contains a wake-up, so a wake-up that cannot be written is not needed.
///
/// The pipe is closed when its last owner is released, and not before: a late write must not reach another file with the same
/// descriptor.
final class WakePipe: Sendable {
    let readEnd: Int32
    let writeEnd: Int32

    init() throws(TerminalError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw TerminalError(
                code: .systemError,
                message: "cannot create a pipe: \(String(cString: strerror(errno))); close other programs or raise ulimit -n"
            )
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    /// Ends the current poll, or the next one.
    func wake() {
        var byte: UInt8 = 0
        _ = write(writeEnd, &byte, 1)
    }

    /// Returns the signals that arrived since the last call, oldest first.
    func takeSignals() -> [Int32] {
        var signals: [Int32] = []
        var bytes = [UInt8](repeating: 0, count: 64)
        while true {
            let count = read(readEnd, &bytes, bytes.count)
            guard count > 0 else { return signals }
            signals += bytes.prefix(count).filter { $0 != 0 }.map(Int32.init)
        }
    }

    deinit {
        #if canImport(Glibc)
        _ = Glibc.close(readEnd)
        _ = Glibc.close(writeEnd)
        #elseif canImport(Musl)
        _ = Musl.close(readEnd)
        _ = Musl.close(writeEnd)
        #else
        _ = Darwin.close(readEnd)
        _ = Darwin.close(writeEnd)
        #endif
    }
}
