import CommandSupport
import Foundation
import Synchronization

/// The signals that ask the supervisor to stop: SIGTERM, SIGINT and SIGHUP.
enum SupervisorSignals {
    private static let writeEnd = Atomic<Int32>(-1)

    /// Installs the handlers.
    /// - Returns: A descriptor that becomes readable when one of the signals arrives.
    static func install() throws(CommandError) -> Int32 {
        // The pipe is never closed, since a handler may write to it at any time.
        let pipe = try FileDescriptors.pipe()
        writeEnd.store(pipe.write, ordering: .relaxed)
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number) { _ in
                let saved = errno
                var byte: UInt8 = 1
                _ = write(SupervisorSignals.writeEnd.load(ordering: .relaxed), &byte, 1)
                errno = saved
            }
        }
        return pipe.read
    }
}
