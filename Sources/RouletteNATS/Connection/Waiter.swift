import Locking

/// A result that one task waits for. It is resolved exactly once, from any thread: by success, by failure, or by the cancellation
/// of the task.
///
/// It can be queued and even resolved before the task waits, so queueing and waiting need no common lock.
@usableFromInline
package final class Waiter: Sendable {
    private enum State {
        case pending
        case waiting(CheckedContinuation<NATSError?, Never>)
        case callback(@Sendable (NATSError?) -> Void)
        case resolved(NATSError?)

        var isResolved: Bool {
            if case .resolved = self { true } else { false }
        }
    }

    private let state: Mutex<State>

    package init() {
        state = Mutex(.pending)
    }

    /// Creates a waiter that calls a closure instead of resuming a task.
    package init(onResolve callback: @escaping @Sendable (NATSError?) -> Void) {
        state = Mutex(.callback(callback))
    }

    /// Whether it was resolved.
    var isSettled: Bool { state.withLock { $0.isResolved } }

    /// Resolves the waiter. Only the first call has an effect.
    package func resolve(_ error: NATSError? = nil) {
        let previous = state.withLock { state in
            defer { if !state.isResolved { state = .resolved(error) } }
            return state
        }
        switch previous {
        case .pending, .resolved: break
        case .waiting(let continuation): continuation.resume(returning: error)
        case .callback(let callback): callback(error)
        }
    }

    /// Waits until the waiter is resolved. Only one task may wait.
    package func wait() async throws(NATSError) {
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resolved: NATSError?? = state.withLock { state in
                    switch state {
                    case .pending:
                        state = .waiting(continuation)
                        return nil
                    case .resolved(let error):
                        return .some(error)
                    case .waiting, .callback:
                        preconditionFailure("two tasks wait for one waiter")
                    }
                }
                if let resolved { continuation.resume(returning: resolved) }
            }
        } onCancel: {
            resolve(NATSError(.canceled, "the task was canceled"))
        }
        if let error { throw error }
    }
}
