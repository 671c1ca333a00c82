import DequeModule
import Locking

/// Sends every event to every listener. Each listener has its own bounded buffer, which drops its oldest events.
package final class EventBroadcaster<Event: Sendable>: Sendable {
    private struct State {
        var listeners: [ObjectIdentifier: EventStream<Event>] = [:]
        var isFinished = false
    }

    private let state = Mutex(State())

    package init() {}

    package func send(_ event: Event) {
        let listeners = state.withLock { $0.listeners }
        for listener in listeners.values { listener.push(event) }
    }

    package func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [:] }
            return state.listeners
        }
        for listener in listeners.values { listener.finish() }
    }

    /// Returns a listener that receives all events from now on.
    package func listen(buffer: Int) -> EventStream<Event> {
        let stream = EventStream<Event>(capacity: buffer) { [weak self] id in
            self?.state.withLock { $0.listeners[id] = nil }
        }
        let isFinished = state.withLock { state in
            if !state.isFinished { state.listeners[ObjectIdentifier(stream)] = stream }
            return state.isFinished
        }
        if isFinished { stream.finish() }
        return stream
    }
}

/// The events that one listener has not received yet.
package final class EventStream<Event: Sendable>: Sendable {
    private struct State {
        var events = Deque<Event>()
        var dropped = 0
        var isFinished = false
        var consumer: Waiter?
        /// Events that the consumer took since it last suspended.
        var takenInTurn = 0
    }

    /// After this many events without a wait, the consumer lets other tasks run.
    private static var eventsPerTurn: Int { 64 }

    private let state = Mutex(State())
    private let capacity: Int
    private let detach: @Sendable (ObjectIdentifier) -> Void

    init(capacity: Int, detach: @escaping @Sendable (ObjectIdentifier) -> Void) {
        self.capacity = max(capacity, 1)
        self.detach = detach
    }

    /// Stops listening.
    package func cancel() {
        detach(ObjectIdentifier(self))
        finish()
    }

    fileprivate func push(_ event: Event) {
        wake { state in
            if state.events.count == capacity {
                state.events.removeFirst()
                state.dropped += 1
            }
            state.events.append(event)
        }
    }

    fileprivate func finish() {
        wake { $0.isFinished = true }
    }

    private func wake(_ change: (inout State) -> Void) {
        let consumer = state.withLock { state in
            change(&state)
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resolve()
    }

    /// Returns the next event and the number of events dropped before it; `nil` at the end or if the task is canceled.
    package func next() async -> (event: Event, dropped: Int)? {
        while true {
            let waiter = Waiter()
            let result: (event: Event?, dropped: Int, isFinished: Bool, endsTurn: Bool) = state.withLock { state in
                if let event = state.events.popFirst() {
                    defer { state.dropped = 0 }
                    state.takenInTurn = (state.takenInTurn + 1) % Self.eventsPerTurn
                    return (event, state.dropped, false, state.takenInTurn == 0)
                }
                if !state.isFinished { state.consumer = waiter }
                return (nil, 0, state.isFinished, false)
            }
            if result.endsTurn { await Task.yield() }
            if let event = result.event { return (event, result.dropped) }
            if result.isFinished { return nil }
            do { try await waiter.wait() } catch { return nil }
        }
    }
}
