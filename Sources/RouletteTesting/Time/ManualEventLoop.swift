import Dispatch
import Locking
import NIOCore

import struct Synchronization.Atomic

/// An event loop whose time passes only in ``run(until:)``. Work without a delay runs at once, on a queue of its own.
final class ManualEventLoop: EventLoop {
    private struct Work {
        let id: UInt64
        let deadline: NIODeadline
        let body: @Sendable () -> Void
    }

    private struct State {
        /// Sorted by deadline, then by id.
        var waiting: [Work] = []
        var lastID: UInt64 = 0
    }

    private static let key = DispatchSpecificKey<ObjectIdentifier>()

    private let queue = DispatchQueue(label: "roulette.testing")
    private let state = Mutex(State())
    private let time = Atomic<UInt64>(0)

    init() {
        queue.setSpecific(key: Self.key, value: ObjectIdentifier(self))
    }

    /// The time of the loop. It begins at zero.
    var now: NIODeadline { .uptimeNanoseconds(time.load(ordering: .relaxed)) }

    /// The earliest time at which something is due.
    var nextDeadline: NIODeadline? { state.withLock { $0.waiting.first?.deadline } }

    /// Moves the time, and runs everything that is due until then at its own time, in order.
    func run(until end: NIODeadline) async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.runWork(until: end)
                continuation.resume()
            }
        }
    }

    private func runWork(until end: NIODeadline) {
        let end = max(end, now)
        while let work = takeWork(until: end) {
            time.store(max(now, work.deadline).uptimeNanoseconds, ordering: .relaxed)
            work.body()
        }
        time.store(end.uptimeNanoseconds, ordering: .relaxed)
    }

    private func takeWork(until end: NIODeadline) -> Work? {
        state.withLock { state in
            guard let first = state.waiting.first, first.deadline <= end else { return nil }
            return state.waiting.removeFirst()
        }
    }

    /// - Returns: The id of the work, to remove it.
    @discardableResult
    private func add(at deadline: NIODeadline, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        let id = state.withLock { state in
            state.lastID += 1
            let index = state.waiting.partitioningIndex { $0.deadline > deadline }
            state.waiting.insert(Work(id: state.lastID, deadline: deadline, body: body), at: index)
            return state.lastID
        }
        // On the loop, the work that is running is followed by everything that is due.
        if !inEventLoop { queue.async { self.runWork(until: self.now) } }
        return id
    }

    private func remove(_ id: UInt64) {
        state.withLock { state in state.waiting.removeAll { $0.id == id } }
    }

    // MARK: EventLoop

    var inEventLoop: Bool { DispatchQueue.getSpecific(key: Self.key) == ObjectIdentifier(self) }

    func execute(_ task: @escaping @Sendable () -> Void) { add(at: now, task) }

    @discardableResult
    func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        let promise = makePromise(of: T.self)
        let id = add(at: deadline) {
            do {
                // The result stays on this loop.
                promise.assumeIsolatedUnsafeUnchecked().succeed(try task())
            } catch {
                promise.fail(error)
            }
        }
        return Scheduled(promise: promise, cancellationTask: { self.remove(id) })
    }

    @discardableResult
    func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: now + delay, task)
    }

    /// The loop has no thread to stop.
    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        queue.async { callback(nil) }
    }
}

extension Array {
    /// Returns the first index whose element satisfies the predicate, in an array in which all elements after one that does
    /// satisfy it too.
    fileprivate func partitioningIndex(where isSecond: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
