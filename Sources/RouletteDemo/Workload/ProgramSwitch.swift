import Locking

/// Starts and stops a program of the workload while the demo runs.
package final class ProgramSwitch: Sendable {
    private let on = Mutex(false)
    private let changes: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        // Only the latest state matters.
        (changes, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether the program is to run.
    var isOn: Bool { on.withLock(\.self) }

    /// Starts or stops the program.
    func set(_ isOn: Bool) {
        on.withLock { $0 = isOn }
        continuation.yield()
    }

    /// Runs the program whenever the switch is on, until the task is canceled.
    func run(_ program: @escaping @Sendable () async -> Void) async {
        var running: Task<Void, Never>?
        for await _ in changes where isOn != (running != nil) {
            if let task = running {
                task.cancel()
                await task.value
                running = nil
            } else {
                running = Task { await program() }
            }
        }
        running?.cancel()
        await running?.value
    }
}
