import Locking
import NATSWire

/// The result of a request for one reply. It is resolved once, from any thread, possibly before the task waits.
final class ReplyWaiter: Sendable {
    typealias Outcome = Result<WireMessage, NATSError>

    private enum State {
        case pending
        case waiting(CheckedContinuation<Outcome, Never>)
        case resolved(Outcome)
    }

    private let state = Mutex(State.pending)

    /// Resolves the waiter. Only the first call has an effect.
    func resolve(_ outcome: Outcome) {
        let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            switch state {
            case .pending:
                state = .resolved(outcome)
                return nil
            case .waiting(let continuation):
                state = .resolved(outcome)
                return continuation
            case .resolved:
                return nil
            }
        }
        waiting?.resume(returning: outcome)
    }

    /// Waits for the outcome. Only one task may wait.
    ///
    /// - Parameter onCancel: Called if the task is canceled, which also resolves the waiter.
    func wait(onCancel: @escaping @Sendable () -> Void) async throws(NATSError) -> WireMessage {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resolved: Outcome? = state.withLock { state in
                    switch state {
                    case .pending:
                        state = .waiting(continuation)
                        return nil
                    case .resolved(let outcome):
                        return outcome
                    case .waiting:
                        preconditionFailure("two tasks wait for one reply")
                    }
                }
                if let resolved { continuation.resume(returning: resolved) }
            }
        } onCancel: {
            onCancel()
            resolve(.failure(.taskCanceled))
        }
        return try outcome.get()
    }
}
