import TerminalUI

/// A time on both clocks: the monotonic clock for ages and rates, and the wall clock for display.
struct Moment: Sendable, Hashable {
    /// The time since the console started, on the monotonic clock.
    var uptime: Duration
    /// Seconds since 1970-01-01 00:00 UTC.
    var epochSeconds: Int64
    /// The milliseconds since the last full second.
    var milliseconds: Int64
    /// Seconds east of UTC.
    var utcOffset: Int64

    init(uptime: Duration = .zero, epochSeconds: Int64 = 0, milliseconds: Int64 = 0, utcOffset: Int64 = 0) {
        self.uptime = uptime
        self.epochSeconds = epochSeconds
        self.milliseconds = milliseconds
        self.utcOffset = utcOffset
    }

    /// Milliseconds since 1970-01-01 00:00 UTC.
    var epochMilliseconds: Int64 { epochSeconds * 1000 + milliseconds }

    /// The wall clock time as `HH:MM:SS`.
    var clock: SafeText { .clock(epochSeconds: epochSeconds, offset: utcOffset) }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
