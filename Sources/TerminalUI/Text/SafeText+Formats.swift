// Formats figures as safe text of a few columns, with a unit and never in exponent notation.

extension SafeText {
    /// Formats a count in at most five columns: `0`, `7`, `950`, `1.2k`, `12.4k`, `310k`, `4.1M`. A negative or unknown
    /// (NaN) count is `–`.
    public static func count(_ value: Double) -> SafeText {
        guard value >= 0, value.isFinite else { return unknown }
        return scaled(value, units: countUnits, wholeBelowStep: true)
    }

    /// Formats a round figure for a scale, like `count(_:)` but without `.0`, and exact below 1: `10k`, `2.5k`, `0.5`.
    public static func scaleLabel(_ value: Double) -> SafeText {
        guard value >= 0, value.isFinite else { return unknown }
        if value > 0, value < 0.1 { return decimal(value, digits: 3) }
        let figure = scaled(value, units: countUnits, wholeBelowStep: false)
        guard let dot = figure.plain.firstRange(of: ".0") else { return figure }
        let position = figure.plain.utf8.distance(from: figure.plain.startIndex, to: dot.lowerBound)
        return figure.columnsInRange(0..<position) + figure.columnsInRange(position + 2..<figure.width)
    }

    /// Formats a whole count, shortened like `count(_: Double)`.
    public static func count(_ value: some BinaryInteger) -> SafeText {
        count(Double(value))
    }

    /// Formats a count with its noun: `1 message`, `3 messages`.
    /// - Parameters:
    ///   - noun: The noun for one.
    ///   - plural: The noun for another number; nil for the noun with an `s`.
    public static func counted(_ count: some BinaryInteger, _ noun: SafeText, plural: SafeText? = nil) -> SafeText {
        count == 1 ? "1 \(noun)" : "\(count) \(plural ?? noun + "s")"
    }

    /// Formats events per second: `0/s`, `3.2/s`, `12.4k/s`.
    public static func rate(_ perSecond: Double) -> SafeText {
        guard perSecond >= 0, perSecond.isFinite else { return unknown }
        return scaled(perSecond, units: countUnits, wholeBelowStep: false) + "/s"
    }

    /// Formats a number of bytes in decimal units: `0 B`, `812 B`, `1.6 MB`.
    public static func bytes(_ value: Double) -> SafeText {
        guard value >= 0, value.isFinite else { return unknown }
        return scaled(value, units: byteUnits, wholeBelowStep: true)
    }

    /// Formats a whole number of bytes in decimal units.
    public static func bytes(_ value: some BinaryInteger) -> SafeText {
        bytes(Double(value))
    }

    /// Formats bytes per second: `1.6 MB/s`.
    public static func byteRate(_ perSecond: Double) -> SafeText {
        guard perSecond >= 0, perSecond.isFinite else { return unknown }
        return bytes(perSecond) + "/s"
    }

    /// Formats a share, 0...1, in whole percent: `33 %`. A positive share below 1 % is shown as `<1 %`, never as `0 %`.
    public static func percent(_ share: Double) -> SafeText {
        guard share >= 0, share.isFinite, share < 1e6 else { return unknown }
        if share > 0, share < 0.005 { return "<1 %" }
        return "\(nearestInteger(share * 100)) %"
    }

    /// Formats a length of time in its two largest units: `0.21 ms`, `250 ms`, `1.4 s`, `12 s`, `3m 20s`, `2h 11m`, `4d
    /// 3h`.
    public static func duration(_ duration: Duration) -> SafeText {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return unknown }
        let exact = Double(seconds) + Double(attoseconds) / 1e18
        switch exact {
        case ..<0.0000005: return "0 ms"
        case ..<0.00995: return decimal(exact * 1000, digits: exact < 0.000995 ? 2 : 1) + " ms"
        case ..<0.9995: return decimal(exact * 1000, digits: 0) + " ms"
        case ..<9.95: return decimal(exact, digits: 1) + " s"
        case ..<59.5: return decimal(exact, digits: 0) + " s"
        default: return longDuration(exact >= 60 ? seconds : 60)
        }
    }

    private static func longDuration(_ seconds: Int64) -> SafeText {
        switch seconds {
        case ..<3600: "\(seconds / 60)m \(seconds % 60)s"
        case ..<86_400: "\(seconds / 3600)h \(seconds % 3600 / 60)m"
        default: "\(seconds / 86_400)d \(seconds % 86_400 / 3600)h"
        }
    }

    /// Formats a time of day as `HH:MM:SS`.
    /// - Parameters:
    ///   - epochSeconds: Seconds since 1970-01-01 00:00 UTC.
    ///   - offset: Seconds east of UTC.
    public static func clock(epochSeconds: Int64, offset: Int64 = 0) -> SafeText {
        let day: Int64 = 86_400
        // Both remainders first, so that no sum can overflow. The second one makes times before 1970 positive.
        let seconds = ((epochSeconds % day + offset % day) % day + day) % day
        return twoDigits(seconds / 3600) + ":" + twoDigits(seconds / 60 % 60) + ":" + twoDigits(seconds % 60)
    }

    /// Formats a time of day with milliseconds as `HH:MM:SS.mmm`.
    /// - Parameters:
    ///   - epochMilliseconds: Milliseconds since 1970-01-01 00:00 UTC.
    ///   - offset: Seconds east of UTC.
    public static func clock(epochMilliseconds: Int64, offset: Int64 = 0) -> SafeText {
        let milliseconds = (epochMilliseconds % 1000 + 1000) % 1000
        let seconds = (epochMilliseconds - milliseconds) / 1000
        let padding: SafeText = milliseconds < 10 ? "00" : milliseconds < 100 ? "0" : ""
        return clock(epochSeconds: seconds, offset: offset) + ".\(padding)\(milliseconds)"
    }

    private static func twoDigits(_ value: Int64) -> SafeText {
        value < 10 ? "0\(value)" : "\(value)"
    }

    private static let unknown: SafeText = "–"

    private static let countUnits: [SafeText] = ["", "k", "M", "G", "T", "P"]
    private static let byteUnits: [SafeText] = [" B", " kB", " MB", " GB", " TB", " PB"]

    private static func scaled(_ value: Double, units: [SafeText], wholeBelowStep: Bool) -> SafeText {
        var value = value
        var unit = 0
        // 999.5 would be rounded to 1000, which belongs to the next unit.
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let isWhole = unit == 0 && (wholeBelowStep || value == Double(nearestInteger(value)))
        let digits = isWhole || value >= 99.95 || (unit == 0 && value >= 9.95) ? 0 : 1
        return decimal(value, digits: digits) + units[unit]
    }

    /// Formats `value` with `digits` digits after the point, with halves rounded up.
    static func decimal(_ value: Double, digits: Int) -> SafeText {
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let scaled = Int64(nearestInteger(value * factor))
        guard scaled < .max else { return unknown }
        guard digits > 0 else { return SafeText(number: scaled) }
        let fraction = String(scaled % Int64(factor))
        let padding = String(repeating: "0", count: digits - fraction.utf8.count)
        return "\(scaled / Int64(factor)).\(untrusted: padding + fraction)"
    }
}
