import Locking

/// A value that any task can change and wait for.
///
/// Tests use it instead of sleeping: they wait for a condition, and fail with a description of the condition if it does not
/// become true.
package final class Watched<Value: Sendable>: Sendable {
    /// A waiting task. `attempt` is called on every change until it returns the action that wakes the task.
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

    /// The current value.
    package var value: Value { self.state.withLock { $0.value } }

    /// Changes the value, then wakes the waiting tasks whose condition is satisfied, in the order of their arrival.
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

    /// Waits until `condition` returns a value, and returns that value.
    ///
    /// The condition may change the watched value, for example to remove the result from it. It is called under the lock,
    /// so keep it short.
    ///
    /// - Parameters:
    ///   - what: Completes the message "timed out waiting for …".
    ///   - limit: The maximum real time to wait. It only limits the duration of a failing test.
    ///   - condition: Returns nil to continue waiting. An error ends the wait.
    /// - Throws: ``WaitTimeoutError``, `CancellationError`, or the error of `condition`.
    package func wait<Result: Sendable>(
        for what: String,
        within limit: Duration = .waitLimit,
        until condition: @escaping @Sendable (inout Value) throws -> Result?
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await self.wait(until: condition) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw WaitTimeoutError(what: what, limit: limit, last: String(describing: self.value))
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
                    // If the task was cancelled before, the cancellation handler found no waiter to wake.
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

/// The expected event did not occur in time.
package struct WaitTimeoutError: Error, CustomStringConvertible {
    /// The description of the event.
    package let what: String
    package let limit: Duration
    /// The value at the time limit.
    package let last: String

    package var description: String { "timed out after \(self.limit) waiting for \(self.what); the last value was \(self.last)" }
}
