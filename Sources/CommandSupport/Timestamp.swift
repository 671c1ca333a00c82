package import Foundation

/// A time of day, as printed in output.
package struct Timestamp {
    private let time: timespec

    /// The current time.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(time)
    }

    /// A time since 1970, UTC.
    package init(_ time: timespec) {
        self.time = time
    }

    /// The time that was a duration ago.
    package static func ago(_ duration: Duration) -> Timestamp {
        let now = Timestamp.now().time
        let (seconds, attoseconds) = duration.components
        let nanoseconds = now.tv_nsec - Int(attoseconds / 1_000_000_000)
        return Timestamp(
            timespec(
                tv_sec: now.tv_sec - Int(seconds) - (nanoseconds < 0 ? 1 : 0),
                tv_nsec: nanoseconds < 0 ? nanoseconds + 1_000_000_000 : nanoseconds
            )
        )
    }

    /// UTC as in RFC 3339, to the microsecond: `2026-01-31T14:03:22.104873Z`.
    package var rfc3339: String {
        var seconds = time.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(parts.tm_year + 1900)-\(Self.padded(parts.tm_mon + 1, 2))-\(Self.padded(parts.tm_mday, 2))"
        return "\(date)T\(Self.clock(parts)).\(Self.padded(time.tv_nsec / 1_000, 6))Z"
    }

    /// Local time for people to read, to the millisecond: `14:03:22.104`.
    package var local: String {
        var seconds = time.tv_sec
        var parts = tm()
        localtime_r(&seconds, &parts)
        return "\(Self.clock(parts)).\(Self.padded(time.tv_nsec / 1_000_000, 3))"
    }

    private static func clock(_ parts: tm) -> String {
        [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded($0, 2) }.joined(separator: ":")
    }

    private static func padded(_ number: some BinaryInteger, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
