/// A time on a server's clock, as the server writes it: `2026-01-31T14:03:22.123456789Z`.
public struct ServerTimestamp: Sendable, Hashable {
    /// The time since 1970-01-01 00:00 UTC.
    public let sinceEpoch: Duration

    /// Parses a time in the format of RFC 3339.
    /// - Returns: Nil if the text is not such a time.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        func has(_ character: Unicode.Scalar, at index: Int) -> Bool {
            bytes.indices.contains(index) && bytes[index] == UInt8(ascii: character)
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), has("-", at: 4), has("-", at: 7), has("T", at: 10),
            has(":", at: 13), has(":", at: 16), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var end = 19
        var nanoseconds: Int64 = 0
        if has(".", at: 19) {
            end = 20
            var scale: Int64 = 100_000_000
            while end < bytes.count, let digit = number(end..<end + 1) {
                nanoseconds += digit * scale
                scale /= 10
                end += 1
            }
        }
        var offset: Int64 = 0
        if has("Z", at: end) {
            end += 1
        } else {
            guard has("+", at: end) || has("-", at: end), let hours = number(end + 1..<end + 3),
                let minutes = number(end + 4..<end + 6), has(":", at: end + 3)
            else { return nil }
            offset = (hours * 3600 + minutes * 60) * (has("-", at: end) ? -1 : 1)
            end += 6
        }
        guard end == bytes.count else { return nil }
        let seconds = Self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        sinceEpoch = .seconds(seconds) + .nanoseconds(nanoseconds)
    }

    /// Returns the number of days from 1970-01-01 to a date of the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years begin in March here, so that the leap day is the last day.
        let year = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        // Counts from 0000-03-01, which is 719,468 days before 1970-01-01.
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
