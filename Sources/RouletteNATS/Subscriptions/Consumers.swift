import Locking

/// A queue as seen by a drain.
package protocol ConsumedQueue: AnyObject, Sendable {
    /// What the consumer has not finished.
    var backlog: ConsumerBacklog { get }
    /// Calls `done` when the consumer has nothing left to do, or will never do it.
    func whenDone(_ done: @escaping @Sendable () -> Void)
    /// Records that the last message of a batch with requests was released.
    func requestsReleased()
}

/// What the consumer of a subscription has not finished.
package struct ConsumerBacklog: Sendable, Equatable {
    /// The pattern of the subscription.
    package var pattern: String
    /// Received messages that the consumer has not taken.
    package var waiting: Int
    /// Messages that it is handling.
    package var inHand: Int
    /// Whether it has nothing left to do, or will never do it.
    package var isDone: Bool
}

/// The consumers of a client, or of several clients that are drained together.
///
/// A drain waits for them. While it waits, only they may publish, because their messages may be the results of their work.
package final class Consumers: Sendable {
    /// Where a consumer runs.
    struct Place: Sendable, Hashable {
        /// The task, by the hash value of its pointer.
        var task: Int?
        /// The service that the task belongs to, if the client knows services.
        var service: ObjectIdentifier?
    }

    private struct State {
        var queues: [ObjectIdentifier: any ConsumedQueue] = [:]
        /// The number of consumers in each place.
        var tasks: [Int: Int] = [:]
        var services: [ObjectIdentifier: Int] = [:]
    }

    /// The consumers whose closure the current task runs, also in child tasks.
    @TaskLocal private static var ofClosure: Consumers?

    private let state = Mutex(State())
    private let currentService: @Sendable () -> ObjectIdentifier?

    /// - Parameter currentService: Returns the service that the current task belongs to.
    package init(currentService: @escaping @Sendable () -> ObjectIdentifier? = { nil }) {
        self.currentService = currentService
    }

    // MARK: Queues

    func add(_ queue: any ConsumedQueue) { state.withLock { $0.queues[ObjectIdentifier(queue)] = queue } }

    func remove(_ queue: any ConsumedQueue) {
        // Released after the lock, because it can be the last reference.
        _ = state.withLock { $0.queues.removeValue(forKey: ObjectIdentifier(queue)) }
    }

    /// What the consumers have not finished.
    package var backlogs: [ConsumerBacklog] { state.withLock { Array($0.queues.values) }.map(\.backlog) }

    /// Resolves the waiter when all current consumers are done.
    func whenDone(_ waiter: Waiter) {
        let queues = state.withLock { Array($0.queues.values) }
        let countdown = Countdown(queues.count, then: waiter)
        for queue in queues { queue.whenDone { countdown.arrive() } }
    }

    // MARK: Places

    /// Where the current task runs.
    var currentPlace: Place {
        Place(task: withUnsafeCurrentTask { $0?.hashValue }, service: currentService())
    }

    /// Records that a consumer runs in another place.
    func moved(from old: Place?, to new: Place?) {
        state.withLock { state in
            if let task = new?.task { state.tasks[task, default: 0] += 1 }
            if let service = new?.service { state.services[service, default: 0] += 1 }
            if let task = old?.task { Self.decrement(&state.tasks[task]) }
            if let service = old?.service { Self.decrement(&state.services[service]) }
        }
    }

    private static func decrement(_ count: inout Int?) {
        count = count.flatMap { $0 > 1 ? $0 - 1 : nil }
    }

    /// Whether the current task is a consumer, or belongs to the service or the closure of one.
    var includeCurrentTask: Bool {
        if Self.ofClosure === self { return true }
        let place = currentPlace
        return state.withLock { state in
            if let task = place.task, state.tasks[task] != nil { return true }
            if let service = place.service, state.services[service] != nil { return true }
            return false
        }
    }

    /// Runs the closure of a consumer. Its child tasks belong to the consumer.
    package func run<R>(_ body: () async throws -> R) async rethrows -> R {
        try await Self.$ofClosure.withValue(self) { try await body() }
    }
}
