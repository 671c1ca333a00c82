import Synchronization

/// Something one task waits for, resolved exactly once from anywhere: by success, failure or the task's cancellation.
///
/// It can be queued and even resolved before anybody waits, so that queueing and waiting need no common lock.
final class Waiter: Sendable {
    private enum State {
        case pending
        case waiting(CheckedContinuation<NATSError?, Never>)
        case resolved(NATSError?)
    }

    private let state = Mutex(State.pending)

    /// Resolves it; only the first call counts.
    func resolve(_ error: NATSError? = nil) {
        let continuation: CheckedContinuation<NATSError?, Never>? = state.withLock { state in
            switch state {
            case .pending:
                state = .resolved(error)
                return nil
            case .waiting(let continuation):
                state = .resolved(error)
                return continuation
            case .resolved:
                return nil
            }
        }
        continuation?.resume(returning: error)
    }

    /// Waits until it is resolved. Only one task may wait.
    func wait() async throws(NATSError) {
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resolved: NATSError?? = state.withLock { state in
                    switch state {
                    case .pending:
                        state = .waiting(continuation)
                        return nil
                    case .resolved(let error):
                        return .some(error)
                    case .waiting:
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
