/// A clock that only a test advances.
///
/// Code under test that sleeps on it wakes when ``advance(by:)`` is called, never when real time passes. Wait until the
/// code sleeps (``sleepers(atLeast:)``) before advancing the clock; otherwise it sleeps from the new time on.
package final class ManualClock: Clock {
    /// A time on the clock, relative to its creation.
    package struct Instant: InstantProtocol, CustomStringConvertible {
        /// The time since the clock was created.
        package let offset: Duration

        package init(offset: Duration) { self.offset = offset }

        package func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - self.offset }
        package static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
        package var description: String { "\(self.offset)" }
    }

    private struct Sleeper: Sendable {
        let id: Int
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State: Sendable, CustomStringConvertible {
        var now = Instant(offset: .zero)
        /// Ordered by deadline, then by the start of the sleep.
        var sleepers: [Sleeper] = []
        var nextID = 0

        var description: String { "now \(self.now), asleep until \(self.sleepers.map(\.deadline))" }
    }

    private let state = Watched(State())

    package init() {}

    package var now: Instant { self.state.value.now }

    package var minimumResolution: Duration { .nanoseconds(1) }

    /// The deadlines of all sleeping tasks, earliest first.
    package var deadlines: [Instant] { self.state.value.sleepers.map(\.deadline) }

    /// Sleeps until the clock reaches `deadline`. Returns immediately if it has already.
    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = self.state.update { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let sleeper = Sleeper(id: id, deadline: deadline, continuation: continuation)
                let outcome: Result<Void, any Error>? = self.state.update { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    let later = state.sleepers.firstIndex { $0.deadline > deadline }
                    state.sleepers.insert(sleeper, at: later ?? state.sleepers.endIndex)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = self.state.update { state in
                state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Advances the clock and wakes all tasks whose deadline it reaches, in the order of their deadlines.
    ///
    /// Each task wakes at its deadline or later.
    package func advance(by duration: Duration) {
        self.advance(to: self.now.advanced(by: duration))
    }

    /// Like ``advance(by:)``, to a time that is not in the past.
    package func advance(to instant: Instant) {
        precondition(instant >= self.now, "the clock cannot go back")
        let due = self.state.update { state in
            state.now = instant
            let awake = state.sleepers.firstIndex { $0.deadline > instant } ?? state.sleepers.endIndex
            let due = Array(state.sleepers[..<awake])
            state.sleepers.removeSubrange(..<awake)
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Waits until at least `count` tasks sleep on this clock.
    package func sleepers(atLeast count: Int, within limit: Duration = .waitLimit) async throws {
        try await self.state.wait(for: "\(count) tasks asleep on the clock", within: limit) { state in
            state.sleepers.count >= count ? () : nil
        }
    }

    /// Waits until a task sleeps, then advances the clock just enough to wake the earliest one.
    ///
    /// - Returns: The duration by which the clock advanced.
    @discardableResult
    package func advanceToNextDeadline(within limit: Duration = .waitLimit) async throws -> Duration {
        let before = self.now
        let deadline = try await self.state.wait(for: "a task asleep on the clock", within: limit) { state in
            state.sleepers.first?.deadline
        }
        self.advance(to: deadline)
        return before.duration(to: deadline)
    }
}
