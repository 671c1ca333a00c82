import CProcess
import Foundation
import Locking

/// The operator stopped the program by a signal: ^C (SIGINT), SIGTERM or SIGHUP. The program cleans up and then ends by
/// that signal, as if it had no handler: only then do a shell's loop and a service manager see that it was stopped.
struct StoppedBySignal: Error, Equatable {
    /// The signal's number.
    let signal: Int32
    /// What was not finished; nil if nothing was.
    var note: String?

    /// Ends the process by the signal.
    func endProcess() -> Never {
        cprocess_end_by(signal)
        // Only if the signal is blocked by whoever started the program. The code is what a shell makes of the signal.
        exit(128 + signal)
    }
}

/// Runs `body` until it ends or the operator stops the program, in which case it is canceled.
///
/// A second signal ends the process at once. So does the first one if `grace` has passed and the program is still there:
/// canceling cannot end a write to a pipe that nobody reads.
///
/// - Parameters:
///   - grace: How long cleaning up may take, all that comes after `body` included.
///   - body: What to do.
/// - Throws: ``StoppedBySignal`` once `body` has ended after a signal.
func untilStopped<Result: Sendable>(
    grace: Duration = .seconds(2),
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let stops = try EndingSignals.listen(grace: grace)
    defer { EndingSignals.stopListening() }
    return try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask {
            for await signal in stops { throw StoppedBySignal(signal: signal) }
            // Canceled, since the body has ended.
            throw CancellationError()
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}

/// Takes the signals that end the program from their handler to the task that listens.
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

    /// The signals from now on.
    /// - Parameter grace: How long the program may still be there after one.
    static func listen(grace: Duration) throws(CommandFailure) -> AsyncStream<Int32> {
        let (stops, continuation) = AsyncStream.makeStream(of: Int32.self)
        try state.withLock { state throws(CommandFailure) in
            state.listener = Listener(stops: continuation, grace: grace)
            guard !state.isInstalled else { return }
            // Lives as long as the process: a handler may write to it at any time.
            let pipe = try FileDescriptors.pipe()
            let reader = pipe.read
            // A thread of its own: those of the tasks may all be held up by writes.
            Thread.detachNewThread { watch(reader) }
            cprocess_watch_signals(pipe.write)
            state.isInstalled = true
        }
        return stops
    }

    /// A signal from now on ends the process at once.
    static func stopListening() {
        state.withLock { state in
            state.listener?.stops.finish()
            state.listener = nil
        }
    }

    private static func watch(_ pipe: Int32) {
        guard let byte = try? FileDescriptors.readSome(pipe, limit: 1).first else { return }
        let signal = Int32(byte)
        guard let listener = state.withLock({ $0.listener }) else { StoppedBySignal(signal: signal).endProcess() }
        listener.stops.yield(signal)
        Thread.sleep(forTimeInterval: listener.grace / .seconds(1))
        StoppedBySignal(signal: signal).endProcess()
    }
}
