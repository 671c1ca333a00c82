import TerminalUI

/// One moment, by both clocks: the steady one for ages and rates, and the one on the wall for people.
struct Moment: Sendable, Hashable {
    /// Time since the console started; never jumps.
    var uptime: Duration
    /// Seconds since 1970-01-01 00:00 UTC.
    var epochSeconds: Int64
    /// Seconds east of UTC.
    var utcOffset: Int64

    init(uptime: Duration = .zero, epochSeconds: Int64 = 0, utcOffset: Int64 = 0) {
        self.uptime = uptime
        self.epochSeconds = epochSeconds
        self.utcOffset = utcOffset
    }

    /// The time on the wall, `HH:MM:SS`.
    var clock: SafeText { .clock(epochSeconds: epochSeconds, offset: utcOffset) }
}

extension Duration {
    /// The same in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
