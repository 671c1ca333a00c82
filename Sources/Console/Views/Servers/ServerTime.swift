import TerminalUI

/// Times in the format of the server: `3d4h5m6s`, `1.25ms`, `350µs`.
enum ServerTime {
    private static let units: [(name: String, seconds: Double)] = [
        ("y", 31_536_000), ("d", 86_400), ("h", 3600), ("ms", 1e-3), ("µs", 1e-6), ("us", 1e-6), ("ns", 1e-9), ("m", 60),
        ("s", 1),
    ]

    /// The maximum length of a time, such as `1y234d12h34m56s`.
    private static let longest = 16

    /// Returns the time in the format of the server, followed by its two largest units and its largest unit.
    static func forms(_ text: String, _ glyphs: GlyphSet) -> [SafeText] {
        let whole = SafeText(untrusted: text, maximumBytes: 64)
        // A text that is not a time is not shown.
        guard !text.isEmpty, whole.width <= longest, text == "0s" || seconds(text) > 0 else { return [glyphs.missing] }
        var groups: [SafeText] = []
        var group = ""
        for character in text {
            if let last = group.last, character.isNumber, last.isLetter {
                groups.append(SafeText(untrusted: group))
                group = ""
            }
            group.append(character)
        }
        groups.append(SafeText(untrusted: group))
        return [whole, groups.prefix(2).joined(), groups[0]]
    }

    /// Returns the time in seconds; 0 for a text that is not a time.
    static func seconds(_ text: String) -> Double {
        var rest = Substring(text)
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(digits.count)
            guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return 0 }
            rest = rest.dropFirst(unit.name.count)
            total += number * unit.seconds
        }
        return total
    }
}
