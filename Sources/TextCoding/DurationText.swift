/// Durations in files and on the command line: `250ms`, `5s`, `2m`, `1h`. Whole numbers without a unit are milliseconds, as in
/// Roulette 1.0.5.
package enum DurationText {
    /// An error in a duration: the text is not a duration, or the duration is out of range.
    package struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong and what to write instead.
        package let message: String
        /// The same as ``message``.
        package var description: String { message }
    }

    /// Any duration that can be written: zero to a year.
    package static let anyLength: ClosedRange<Duration> = .zero ... .seconds(31_536_000)

    private static let units: [(suffix: String, milliseconds: Int)] = [
        // "ms" comes before "s" and "m", because it ends with one and begins with the other.
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1),
    ]

    /// Reads a duration.
    ///
    /// - Parameters:
    ///   - text: A whole number and a unit: `ms`, `s`, `m`, `h`, or none for milliseconds. No sign, no fraction.
    ///   - range: The allowed durations, including the bounds.
    /// - Throws: ``ParseError`` when the text is not a duration, or the duration is out of range.
    package static func parse(_ text: String, in range: ClosedRange<Duration> = anyLength) throws(ParseError) -> Duration {
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
                continue
            }
            let (milliseconds, overflow) = (Int(digits) ?? .max).multipliedReportingOverflow(by: unit.milliseconds)
            // 2^53 ms exceeds every range, and does not overflow `Duration`.
            return try check(.milliseconds(overflow ? 1 << 53 : min(milliseconds, 1 << 53)), in: range, written: text)
        }
        throw ParseError(
            message: "\(quoted(text)) is not a duration, use whole milliseconds or text such as \"250ms\", \"5s\", \"2m\", \"1h\""
        )
    }

    /// Writes a duration with the largest unit that divides it: `5s`, `1500ms`.
    ///
    /// - Parameter duration: The duration, which is rounded down to milliseconds.
    package static func format(_ duration: Duration) -> String {
        let milliseconds = milliseconds(of: duration)
        for unit in [("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
        where milliseconds != 0 && milliseconds % unit.1 == 0 {
            return "\(milliseconds / unit.1)\(unit.0)"
        }
        return "\(milliseconds)ms"
    }

    package static func check(
        _ duration: Duration,
        in range: ClosedRange<Duration>,
        written: String? = nil
    ) throws(ParseError) -> Duration {
        guard range.contains(duration) else {
            let bounds = "\(format(range.lowerBound)) to \(format(range.upperBound))"
            throw ParseError(message: "\(written ?? format(duration)) is out of range, use \(bounds)")
        }
        return duration
    }

    private static func milliseconds(of duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        return milliseconds.addingReportingOverflow(attoseconds / 1_000_000_000_000_000).partialValue
    }
}
