#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Formats times for messages.
enum CalendarTime {
    /// Returns a text such as `2026-01-31 at 17:05 UTC`.
    static func text(_ seconds: Int64) -> String {
        var parts = tm()
        // The peer chooses the number, so it must not trap.
        guard var time = time_t(exactly: seconds), gmtime_r(&time, &parts) != nil else { return "an invalid date" }
        func digits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(Int(parts.tm_year) + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
        return "\(day) at \(digits(parts.tm_hour)):\(digits(parts.tm_min)) UTC"
    }
}
