import NIOCore
import NIOPosix
import RouletteNATS

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The clock of a ``TestDeployment``: of its servers, and of all timers of its clients.
///
/// Code under test that waits can take it as an `any Clock<Duration>`.
public final class TestClock: Clock {
    /// How the time passes.
    public enum Mode: Sendable, Hashable, CaseIterable {
        /// In step with the clock of the system. Nothing has to move it.
        case flowing
        /// Only when the test moves it. A timer never fires by itself, so a test of minutes takes a moment, and nothing
        /// times out on a slow machine.
        case manual
    }

    /// How the time passes.
    public let mode: Mode
    /// The event loop of all connections and servers.
    let eventLoop: any EventLoop
    private let manual: ManualEventLoop?
    private let origin = ContinuousClock().now

    /// Creates a clock.
    public init(_ mode: Mode = .flowing) {
        self.mode = mode
        let manual = mode == .manual ? ManualEventLoop() : nil
        self.manual = manual
        eventLoop = manual ?? MultiThreadedEventLoopGroup.singleton.next()
    }

    // MARK: Clock

    /// The current time.
    public var now: ContinuousClock.Instant { manual.map(instant) ?? ContinuousClock().now }

    /// One nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Suspends the task until a time of this clock.
    public func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration? = nil) async throws {
        guard let manual else { return try await ContinuousClock().sleep(until: deadline, tolerance: tolerance) }
        try await sleep(for: deadline - instant(manual), on: manual)
    }

    private func sleep(for duration: Duration, on loop: ManualEventLoop) async throws {
        try Task.checkCancellation()
        let timer = loop.scheduleTask(in: TimeAmount(duration)) {}
        do {
            try await withTaskCancellationHandler {
                try await timer.futureResult.get()
            } onCancel: {
                timer.cancel()
            }
        } catch is EventLoopError {
            throw CancellationError()
        }
    }

    private func instant(_ loop: ManualEventLoop) -> ContinuousClock.Instant {
        origin + .nanoseconds(Int64(clamping: loop.now.uptimeNanoseconds))
    }

    // MARK: Moving

    /// The maximum number of steps of one call of ``advance(by:)``.
    private static let steps = 500

    /// Moves the time. What clients and servers do by themselves happens at its exact time. Tasks that it resumes run between the
    /// steps in which the time moves: at least one millisecond, and a five-hundredth of the whole time.
    ///
    /// If the clock is flowing, the call waits for this time.
    ///
    /// A task that has not been scheduled yet may come too late for a timer. To wait for a result, use
    /// ``advance(by:atMost:until:)``.
    public func advance(by duration: Duration) async {
        guard let manual else {
            try? await Task.sleep(for: duration)
            return
        }
        let end = manual.now + TimeAmount(duration)
        let step = TimeAmount(max(.milliseconds(1), duration / Self.steps))
        await settle(manual)
        // Times without a timer take no step.
        while let next = manual.nextDeadline, next <= end {
            await manual.run(until: min(end, max(next, manual.now) + step))
            await settle(manual)
        }
        await manual.run(until: end)
    }

    /// Moves the time in steps until a condition is true.
    ///
    /// - Parameters:
    ///   - step: The time between two checks of the condition.
    ///   - limit: The maximum time to move.
    ///   - condition: The condition.
    /// - Precondition: The step is longer than zero.
    /// - Throws: ``TestTimeoutError`` after `limit`, and the errors of the condition.
    public func advance(
        by step: Duration = .milliseconds(10),
        atMost limit: Duration = .seconds(120),
        until condition: () async throws -> Bool
    ) async throws {
        precondition(step > .zero, "the step must be longer than zero")
        let end = now + limit
        while try await !condition() {
            guard now < end else { throw TestTimeoutError(limit: limit) }
            try Task.checkCancellation()
            await advance(by: step)
        }
    }

    /// Lets the time pass until a closure returns: for calls that wait for a timer, such as a publish to a cluster that is down.
    ///
    /// - Parameters:
    ///   - step: The step in which the time is moved. Smaller steps leave the tasks more time to react.
    ///   - body: The closure.
    /// - Precondition: The step is longer than zero.
    public func passing<Result: Sendable>(
        by step: Duration = .milliseconds(50),
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        precondition(step > .zero, "the step must be longer than zero")
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !Task.isCancelled { await self.advance(by: step) }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    /// Lets tasks run that were resumed, and what they ask of the event loop.
    private func settle(_ loop: ManualEventLoop) async {
        for _ in 0..<5 { await Task.yield() }
        await loop.run(until: loop.now)
    }

    /// The time source of the clients.
    var timeSource: TimeSource {
        guard let manual else { return .system }
        return TimeSource(
            now: { manual.now },
            instant: { self.instant(manual) },
            // Credentials with an expiry are compared with the time of day.
            secondsSince1970: { [start = Int64(time(nil))] in start + Int64(manual.now.uptimeNanoseconds / 1_000_000_000) },
            sleep: { try await self.sleep(for: min($0, NATSClientConfiguration.longestDuration), on: manual) }
        )
    }
}

/// A condition did not become true in time.
public struct TestTimeoutError: Error, CustomStringConvertible {
    /// The time after which the wait ended.
    public let limit: Duration

    /// What happened.
    public var description: String { "the condition was not true after \(limit)" }
}
