import DequeModule
import Locking

/// The queue of events for the console's loop, which takes all pending events at once and then draws once.
///
/// The queue is bounded. If it is full, new events are refused and counted. Typing does not fill it, and the events of the client
/// are bounded before they arrive here.
final class EventQueue<Element: Sendable>: Sendable {
    static var capacity: Int { 4096 }

    private struct State {
        var elements = Deque<Element>()
        var refused = 0
        var isFinished = false
        var consumer: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func send(_ element: Element) {
        wake { state in
            guard !state.isFinished else { return }
            if state.elements.count < Self.capacity { state.elements.append(element) } else { state.refused += 1 }
        }
    }

    /// Ends the queue. Pending events can still be taken.
    func finish() {
        wake { $0.isFinished = true }
    }

    /// Changes the state under the lock, and resumes the consumer after the lock is released.
    private func wake(_ change: (inout State) -> Void) {
        let consumer = state.withLock { state in
            change(&state)
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume()
    }

    /// Removes pending events that do not meet the condition.
    func removeAll(unless isKept: (Element) -> Bool) {
        state.withLock { state in
            state.elements.removeAll { !isKept($0) }
            state.refused = 0
        }
    }

    /// Waits for events and returns all of them; nil at the end of the queue. There must be only one consumer. Canceling its task
    /// ends the queue.
    func takeAll() async -> (elements: Deque<Element>, refused: Int)? {
        while true {
            let taken: (Deque<Element>, Int)?? = state.withLock { state in
                if !state.elements.isEmpty || state.refused > 0 {
                    defer { (state.elements, state.refused) = ([], 0) }
                    return .some(.some((state.elements, state.refused)))
                }
                return state.isFinished ? .some(nil) : nil
            }
            if let taken { return taken }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if !state.elements.isEmpty || state.refused > 0 || state.isFinished { return true }
                        state.consumer = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                finish()
            }
        }
    }
}
