#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The two clocks of the console. Tests pass clocks that they control.
public struct ConsoleClock: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async throws -> Void
    private let wall: @Sendable () -> (epochMilliseconds: Int64, utcOffset: Int64)

    /// Combines a monotonic clock with a wall clock.
    /// - Parameters:
    ///   - clock: The monotonic clock for ages, rates and waiting.
    ///   - wall: Returns the milliseconds since 1970-01-01 00:00 UTC, and the seconds east of UTC.
    public init<C: Clock<Duration>>(
        _ clock: C,
        wall: @escaping @Sendable () -> (epochMilliseconds: Int64, utcOffset: Int64)
    ) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(for: $0) }
        self.wall = wall
    }

    /// The clocks of this machine, in its time zone.
    public static var system: ConsoleClock {
        ConsoleClock(ContinuousClock()) {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            var parts = tm()
            let isKnown = localtime_r(&now.tv_sec, &parts) != nil
            return (Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000, isKnown ? Int64(parts.tm_gmtoff) : 0)
        }
    }

    /// The current time.
    var now: Moment {
        let wall = wall()
        return Moment(
            uptime: elapsed(),
            epochSeconds: wall.epochMilliseconds / 1000,
            milliseconds: wall.epochMilliseconds % 1000,
            utcOffset: wall.utcOffset
        )
    }

    /// Waits on the monotonic clock.
    func sleep(for duration: Duration) async throws {
        try await pause(duration)
    }
}
