package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The source of time. NATS and Roulette read no other clock, so tests can control the time.
package struct TimeSource: Sendable {
    /// The current time of the event loops, for deadlines and measurements.
    package let now: @Sendable () -> NIODeadline
    /// The current time as the public API reports it.
    package let instant: @Sendable () -> ContinuousClock.Instant
    /// The current time of day, in seconds since 1970.
    package let secondsSince1970: @Sendable () -> Int64
    /// Suspends the calling task for a duration. Throws if the task is canceled.
    package let sleep: @Sendable (Duration) async throws -> Void

    /// Creates a source. All parts must advance together.
    package init(
        now: @escaping @Sendable () -> NIODeadline,
        instant: @escaping @Sendable () -> ContinuousClock.Instant,
        secondsSince1970: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.instant = instant
        self.secondsSince1970 = secondsSince1970
        self.sleep = sleep
    }

    /// The clocks of the operating system.
    package static let system = TimeSource(
        now: { .now() },
        instant: { .now },
        secondsSince1970: { Int64(time(nil)) },
        // Task.sleep stops the process if the end is out of range.
        sleep: { try await Task.sleep(for: min($0, NATSClientConfiguration.longestDuration)) }
    )
}
