import DequeModule
import Locking

/// Where everything that happens waits for the console's one loop, which takes all of it at once and draws once.
///
/// Bounded: beyond ``capacity`` the newest are refused and counted. Typing is slower than that, and the client's events are
/// bounded before they come here.
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

    /// Ends it: what waits is still taken.
    func finish() {
        wake { $0.isFinished = true }
    }

    /// Decides under the lock, resumes after it.
    private func wake(_ change: (inout State) -> Void) {
        let consumer = state.withLock { state in
            change(&state)
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume()
    }

    /// Throws away what waits and does not meet the condition.
    func removeAll(unless isKept: (Element) -> Bool) {
        state.withLock { state in
            state.elements.removeAll { !isKept($0) }
            state.refused = 0
        }
    }

    /// Everything that waits, as soon as there is something; nil at the end. For one consumer. Cancelling its task ends
    /// the queue.
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
