import Locking

/// A value that any task may change and any task may wait for.
///
/// This is what tests use in place of sleeping: they wait for what they need to see, and fail with a description of
/// what they were waiting for when it does not come.
package final class Watched<Value: Sendable>: Sendable {
    /// One waiting task. `attempt` is called with every change until it answers with the action that wakes the task.
    private struct Waiter: Sendable {
        let id: Int
        let attempt: @Sendable (inout Value) -> (@Sendable () -> Void)?
        let cancel: @Sendable () -> Void
    }

    private struct State: Sendable {
        var value: Value
        var waiters: [Waiter] = []
        var nextID = 0
    }

    private let state: Mutex<State>

    package init(_ value: Value) {
        self.state = Mutex(State(value: value))
    }

    /// The value as it is now.
    package var value: Value { self.state.withLock { $0.value } }

    /// Changes the value, then wakes those who waited for it, in the order in which they came.
    @discardableResult
    package func update<Result: Sendable>(_ change: @Sendable (inout Value) throws -> Result) rethrows -> Result {
        let (result, wakes) = try self.state.withLock { state in
            let result = try change(&state.value)
            var wakes: [@Sendable () -> Void] = []
            var waiting: [Waiter] = []
            for waiter in state.waiters {
                if let wake = waiter.attempt(&state.value) { wakes.append(wake) } else { waiting.append(waiter) }
            }
            state.waiters = waiting
            return (result, wakes)
        }
        for wake in wakes { wake() }
        return result
    }

    /// Waits until `condition` answers something, and returns that.
    ///
    /// The condition may take what it waited for out of the value. It is called under the lock: keep it short.
    ///
    /// - Parameters:
    ///   - what: Completes the message "waited in vain for …".
    ///   - limit: Real time to wait at most. It only bounds how long a failing test takes.
    ///   - condition: Answers nil to go on waiting. What it throws ends the wait.
    /// - Throws: ``WaitTimedOut``, `CancellationError`, or what `condition` threw.
    package func wait<Result: Sendable>(
        for what: String,
        within limit: Duration = .waitLimit,
        until condition: @escaping @Sendable (inout Value) throws -> Result?
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await self.wait(until: condition) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw WaitTimedOut(what: what, limit: limit, last: String(describing: self.value))
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }

    private func wait<Result: Sendable>(
        until condition: @escaping @Sendable (inout Value) throws -> Result?
    ) async throws -> Result {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
                let waiter = Waiter(
                    id: id,
                    attempt: { value in
                        do {
                            guard let result = try condition(&value) else { return nil }
                            return { continuation.resume(returning: result) }
                        } catch {
                            return { continuation.resume(throwing: error) }
                        }
                    },
                    cancel: { continuation.resume(throwing: CancellationError()) }
                )
                let wake: (@Sendable () -> Void)? = self.state.withLock { state in
                    // Cancelled before now, the handler below found nobody to wake.
                    if Task.isCancelled { return waiter.cancel }
                    if let wake = waiter.attempt(&state.value) { return wake }
                    state.waiters.append(waiter)
                    return nil
                }
                wake?()
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            }
            waiter?.cancel()
        }
    }
}

/// What a test waited for did not come.
package struct WaitTimedOut: Error, CustomStringConvertible {
    /// What was waited for.
    package let what: String
    package let limit: Duration
    /// The value when time was up.
    package let last: String

    package var description: String { "waited \(self.limit) in vain for \(self.what); at the end: \(self.last)" }
}
