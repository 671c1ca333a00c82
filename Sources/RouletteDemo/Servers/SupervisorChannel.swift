import CommandSupport
import Foundation
import Locking

/// The pipes to and from the supervisor. It handles one request at a time.
final class SupervisorChannel: Sendable {
    /// The time limit for an answer. Stopping and starting a server take up to two seconds each.
    private static let patience: Duration = .seconds(10)

    private struct Ends {
        let write: Int32
        let read: Int32
        var isOpen = true
        /// Whether the answer to an abandoned request is still to come.
        var owesAnswer = false
    }

    private let ends: Mutex<Ends>

    /// Creates a channel, which takes ownership of the descriptors.
    init(write: Int32, read: Int32) {
        ends = Mutex(Ends(write: write, read: read))
    }

    /// Returns the next report; nil at the end of the pipe or after the time limit.
    func read(within limit: Duration) -> DemoSupervisor.Report? {
        ends.withLock { Self.read($0, within: limit) { true } }
    }

    /// Sends a request and waits for the report.
    /// - Parameter isWanted: Called several times a second while waiting. If it returns false, waiting ends.
    /// - Returns: The report; nil if the pipe ended, the time limit passed, or the report is no longer wanted.
    func ask(_ request: DemoSupervisor.Request, while isWanted: () -> Bool) -> DemoSupervisor.Report? {
        ends.withLock { ends in
            guard ends.isOpen, !ends.owesAnswer, let line = try? JSONEncoder().encode(request) else { return nil }
            guard FileDescriptors.writeAll(Array(line) + [UInt8(ascii: "\n")], to: ends.write) == nil else { return nil }
            let report = Self.read(ends, within: Self.patience, while: isWanted)
            ends.owesAnswer = report == nil
            return report
        }
    }

    /// Closes the pipes, which makes the supervisor stop.
    func close() {
        ends.withLock { ends in
            guard ends.isOpen else { return }
            ends.isOpen = false
            Foundation.close(ends.write)
            Foundation.close(ends.read)
        }
    }

    private static func read(_ ends: Ends, within limit: Duration, while isWanted: () -> Bool) -> DemoSupervisor.Report? {
        guard ends.isOpen else { return nil }
        let end = ContinuousClock.now + limit
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            var input = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
            guard poll(&input, 1, 100) > 0 else {
                guard isWanted(), ContinuousClock.now < end else { return nil }
                continue
            }
            guard let chunk = try? FileDescriptors.readSome(ends.read), !chunk.isEmpty else { break }
            line += chunk
        }
        return try? JSONDecoder().decode(DemoSupervisor.Report.self, from: Data(line))
    }
}
