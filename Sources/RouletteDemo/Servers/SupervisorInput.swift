import CommandSupport
import Foundation

/// The supervisor's input: requests on standard input, the end of that pipe, and signals.
struct SupervisorInput {
    /// A descriptor that becomes readable when a signal asks the supervisor to stop.
    let signals: Int32
    private var lines = LineSplitter(limit: 1 << 16)

    init(signals: Int32) {
        self.signals = signals
    }

    /// Waits for a signal or for input while the servers start. Only the end of standard input is expected at that time, so any
    /// input counts as a stop.
    func isStopping(within duration: Duration) -> Bool {
        let ready = wait(for: duration)
        return ready.signals || ready.requests
    }

    /// Waits for requests for at most `duration`.
    /// - Returns: The lines; nil at the end of the pipe or after a signal.
    mutating func nextRequests(within duration: Duration) -> [[UInt8]]? {
        let ready = wait(for: duration)
        guard !ready.signals else { return nil }
        guard ready.requests else { return [] }
        guard let chunk = try? FileDescriptors.readSome(STDIN_FILENO), !chunk.isEmpty else { return nil }
        // A line beyond the limit is not a request. It ends the demo like the end of the pipe.
        return try? lines.append(chunk)
    }

    private func wait(for duration: Duration) -> (requests: Bool, signals: Bool) {
        var inputs = [STDIN_FILENO, signals].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&inputs, nfds_t(inputs.count), Int32(duration / .milliseconds(1))) > 0 else { return (false, false) }
        return (inputs[0].revents != 0, inputs[1].revents != 0)
    }
}
