/// The number of colors that a terminal shows.
public enum ColorDepth: Int, Comparable, Hashable, Sendable, CaseIterable {
    /// Only attributes such as bold and reverse. Also used for `NO_COLOR`.
    case none
    /// The terminal's 16 colors.
    case ansi16
    /// The xterm palette of 256.
    case indexed256
    /// 24-bit color.
    case trueColor

    /// Fewer colors first.
    public static func < (left: ColorDepth, right: ColorDepth) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Color {
    /// Returns the nearest color that a terminal of this depth can show.
    ///
    /// Distance is measured in Oklab (Björn Ottosson, 2020), where equal steps look equal. Of the 256
    /// colors, only 16–255 are candidates, because the first 16 depend on the user's terminal.
    public func mapped(to depth: ColorDepth) -> Color {
        switch (kind, depth) {
        case (.terminalDefault, _), (.indexed, .trueColor), (.rgb, .trueColor), (.indexed, .indexed256): return self
        case (_, .none): return .terminalDefault
        case (.indexed(let index), .ansi16) where index < 16: return self
        case (.indexed, .ansi16), (.rgb, .ansi16): return nearest(in: 0..<16)
        case (.rgb, .indexed256): return nearest(in: 16..<256)
        }
    }

    private func nearest(in candidates: Range<Int>) -> Color {
        guard let target = components.map(Oklab.init) else { return self }
        var best = candidates.lowerBound
        var bestDistance = Double.infinity
        for index in candidates {
            let distance = target.squaredDistance(to: Oklab.palette[index])
            if distance < bestDistance {
                (best, bestDistance) = (index, distance)
            }
        }
        return .indexed(UInt8(best))
    }

    /// Red, green and blue, 0–255. Nil for the terminal's default, which is unknown. For the first 16 colors of the palette
    /// these are xterm's values, an approximation of what the terminal shows.
    public var components: RGB? {
        switch kind {
        case .terminalDefault: nil
        case .indexed(let index): Color.paletteComponents(Int(index))
        case .rgb(let red, let green, let blue): RGB(red: red, green: green, blue: blue)
        }
    }

    /// Returns the mixture of two 24-bit colors; nil if one of them is not a 24-bit color.
    /// - Parameter share: The share of this color, 0...1.
    public func mixed(with other: Color, share: Double) -> Color? {
        guard case .rgb(let red, let green, let blue) = kind, case .rgb(let otherRed, let otherGreen, let otherBlue) = other.kind
        else { return nil }
        let share = min(max(share, 0), 1)
        func mix(_ one: UInt8, _ other: UInt8) -> UInt8 {
            UInt8((Double(one) * share + Double(other) * (1 - share)).rounded())
        }
        return .rgb(mix(red, otherRed), mix(green, otherGreen), mix(blue, otherBlue))
    }

    /// The contrast ratio of two colors, 1...21, as WCAG 2.1 defines it. Text needs 4.5 or more. Nil if either is the
    /// terminal's default or one of its 16 colors, because these depend on the terminal.
    public func contrast(with other: Color) -> Double? {
        guard let first = luminance, let second = other.luminance else { return nil }
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    private var luminance: Double? {
        if case .indexed(let index) = kind, index < 16 { return nil }
        return components?.relativeLuminance
    }

    /// xterm's palette: 16 colors, a cube of 6 × 6 × 6, and 24 grays.
    static func paletteComponents(_ index: Int) -> RGB {
        switch index {
        case 0..<16:
            return xtermColors[index]
        case 16..<232:
            let cube = index - 16
            func level(_ step: Int) -> UInt8 { step == 0 ? 0 : UInt8(55 + 40 * step) }
            return RGB(red: level(cube / 36), green: level(cube / 6 % 6), blue: level(cube % 6))
        default:
            let gray = UInt8(8 + 10 * (index - 232))
            return RGB(red: gray, green: gray, blue: gray)
        }
    }

    private static let xtermColors: [RGB] = [
        RGB(red: 0, green: 0, blue: 0), RGB(red: 205, green: 0, blue: 0),
        RGB(red: 0, green: 205, blue: 0), RGB(red: 205, green: 205, blue: 0),
        RGB(red: 0, green: 0, blue: 238), RGB(red: 205, green: 0, blue: 205),
        RGB(red: 0, green: 205, blue: 205), RGB(red: 229, green: 229, blue: 229),
        RGB(red: 127, green: 127, blue: 127), RGB(red: 255, green: 0, blue: 0),
        RGB(red: 0, green: 255, blue: 0), RGB(red: 255, green: 255, blue: 0),
        RGB(red: 92, green: 92, blue: 255), RGB(red: 255, green: 0, blue: 255),
        RGB(red: 0, green: 255, blue: 255), RGB(red: 255, green: 255, blue: 255),
    ]
}

/// A 24-bit color in the sRGB space.
public struct RGB: Hashable, Sendable {
    /// Red, 0–255.
    public let red: UInt8
    /// Green, 0–255.
    public let green: UInt8
    /// Blue, 0–255.
    public let blue: UInt8

    /// Creates a color from its components.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Relative luminance, 0 (black) to 1 (white), as WCAG 2.1 defines it.
    public var relativeLuminance: Double {
        let linear = linear
        return 0.2126 * linear.red + 0.7152 * linear.green + 0.0722 * linear.blue
    }

    /// The components in linear light, 0...1.
    var linear: (red: Double, green: Double, blue: Double) {
        (LinearLight.table[Int(red)], LinearLight.table[Int(green)], LinearLight.table[Int(blue)])
    }
}
