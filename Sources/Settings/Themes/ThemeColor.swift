import Foundation

/// A color of a theme, before it is mapped to what the terminal can show.
public enum ThemeColor: Sendable, Hashable {
    /// The terminal's own foreground or background.
    case terminalDefault
    /// One of the 16 ANSI colors, 0 to 15, whose looks the terminal's user chose.
    case ansi(UInt8)
    /// A color of the 256-color palette, 16 to 255.
    case indexed(UInt8)
    /// A 24-bit color.
    case rgb(red: UInt8, green: UInt8, blue: UInt8)

    /// The names of the 16 ANSI colors in their order.
    public static let ansiNames = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "bright-black", "bright-red", "bright-green", "bright-yellow",
        "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
    ]

    /// A color of the 256-color palette; the first 16 are the ANSI colors.
    init(index: UInt8) {
        self = index < 16 ? .ansi(index) : .indexed(index)
    }

    /// Reads "default", an ANSI name, "0" to "255" or "#rrggbb"; nil if it is none of them.
    init?(parsing text: String) {
        if text == "default" {
            self = .terminalDefault
        } else if let index = Self.ansiNames.firstIndex(of: text) {
            self = .ansi(UInt8(index))
        } else if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let index = UInt8(text) {
            self.init(index: index)
        } else if text.utf8.count == 7, text.hasPrefix("#"), text.dropFirst().allSatisfy(\.isHexDigit),
            let value = UInt32(text.dropFirst(), radix: 16)
        {
            self = .rgb(
                red: UInt8(truncatingIfNeeded: value >> 16),
                green: UInt8(truncatingIfNeeded: value >> 8),
                blue: UInt8(truncatingIfNeeded: value)
            )
        } else {
            return nil
        }
    }

    /// The relative luminance, 0 to 1 (WCAG 2.1), or nil for a color whose looks only the terminal knows.
    var luminance: Double? {
        guard let (red, green, blue) = components else { return nil }
        return 0.2126 * Self.linear(red) + 0.7152 * Self.linear(green) + 0.0722 * Self.linear(blue)
    }

    /// The contrast ratio of two colors, 1 to 21 (WCAG 2.1), or nil if either is known only to the terminal.
    public func contrast(with other: ThemeColor) -> Double? {
        guard let one = luminance, let two = other.luminance else { return nil }
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    private var components: (red: UInt8, green: UInt8, blue: UInt8)? {
        switch self {
        case .terminalDefault, .ansi:
            return nil
        case .rgb(let red, let green, let blue):
            return (red, green, blue)
        case .indexed(let index) where index >= 232:
            // xterm's 24 grays: 8, 18, … 238.
            let gray = 8 + (index - 232) * 10
            return (gray, gray, gray)
        case .indexed(let index):
            // xterm's cube of 6 levels: 0, 95, 135, … 255.
            let cube = max(index, 16) - 16
            func level(_ step: UInt8) -> UInt8 { step == 0 ? 0 : 55 + step * 40 }
            return (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
    }

    /// sRGB's transfer function (IEC 61966-2-1).
    private static func linear(_ component: UInt8) -> Double {
        let value = Double(component) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
}

extension ThemeColor: CustomStringConvertible {
    /// The color as a theme writes it.
    public var description: String {
        switch self {
        case .terminalDefault: return "default"
        case .ansi(let index): return Self.ansiNames[Int(index & 15)]
        case .indexed(let index): return String(index)
        case .rgb(let red, let green, let blue):
            return [red, green, blue].reduce(into: "#") { text, component in
                text += (component < 16 ? "0" : "") + String(component, radix: 16)
            }
        }
    }
}
