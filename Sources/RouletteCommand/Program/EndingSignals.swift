import CProcess
import CommandSupport
import Foundation
import Locking

/// The program was stopped by a signal: ^C (SIGINT), SIGTERM or SIGHUP. It cleans up and then ends by that signal, as if it had no
/// handler, so that shells and service managers see that it was stopped.
struct StoppedBySignalError: Error, Equatable {
    /// The signal's number.
    let signal: Int32
    /// The unfinished work, for the operator; nil if there is none.
    var note: String?

    /// Ends the process by the signal.
    func endProcess() -> Never {
        cprocess_end_by(signal)
        // Reached only if the parent process blocked the signal. This is the code that shells show for the signal.
        exit(128 + signal)
    }
}

/// Runs `body` until it ends or the operator stops the program, in which case it is canceled.
///
/// A second signal ends the process at once. So does the first one if the program is still running after `grace`, because
/// canceling cannot end a write to a pipe without a reader.
///
/// - Parameters:
///   - grace: How long the cleanup may take, including everything after `body`.
///   - body: The work of the program.
/// - Throws: ``StoppedBySignalError`` once `body` has ended after a signal.
func untilStopped<Result: Sendable>(
    grace: Duration = .seconds(2),
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let stops = try EndingSignals.listen(grace: grace)
    defer { EndingSignals.stopListening() }
    return try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask {
            for await signal in stops { throw StoppedBySignalError(signal: signal) }
            // Canceled, since the body has ended.
            throw CancellationError()
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}

/// Passes the signals that end the program from their handler to the listening task.
private enum EndingSignals {
    private struct Listener {
        let stops: AsyncStream<Int32>.Continuation
        let grace: Duration
    }

    private struct State {
        var isInstalled = false
        var listener: Listener?
    }

    private static let state = Mutex(State())

    /// Returns the signals that arrive from now on.
    /// - Parameter grace: How long the program may take to end after a signal.
    static func listen(grace: Duration) throws(CommandError) -> AsyncStream<Int32> {
        let (stops, continuation) = AsyncStream.makeStream(of: Int32.self)
        try state.withLock { state throws(CommandError) in
            state.listener = Listener(stops: continuation, grace: grace)
            guard !state.isInstalled else { return }
            // The pipe is never closed, since a handler may write to it at any time.
            let pipe = try FileDescriptors.pipe()
            let reader = pipe.read
            // A separate thread, since all threads of tasks may be blocked in writes.
            Thread.detachNewThread { watch(reader) }
            cprocess_watch_signals(pipe.write)
            state.isInstalled = true
        }
        return stops
    }

    /// Makes a signal end the process at once.
    static func stopListening() {
        state.withLock { state in
            state.listener?.stops.finish()
            state.listener = nil
        }
    }

    private static func watch(_ pipe: Int32) {
        guard let byte = try? FileDescriptors.readSome(pipe, limit: 1).first else { return }
        let signal = Int32(byte)
        guard let listener = state.withLock({ $0.listener }) else { StoppedBySignalError(signal: signal).endProcess() }
        listener.stops.yield(signal)
        Thread.sleep(forTimeInterval: listener.grace / .seconds(1))
        StoppedBySignalError(signal: signal).endProcess()
    }
}
