import TextCoding

/// A color of a terminal.
///
/// Equality compares the specification: `.red` and `.indexed(1)` are equal, `.red` and `.rgb(205, 0, 0)` are not.
public struct Color: Hashable, Sendable {
    /// The kinds of color.
    public enum Kind: Hashable, Sendable {
        /// The terminal's own foreground or background.
        case terminalDefault
        /// One of the 256 colors of the xterm palette; 0–15 are the terminal's own 16 colors.
        case indexed(UInt8)
        /// 24-bit color.
        case rgb(red: UInt8, green: UInt8, blue: UInt8)
    }

    // One word per color keeps a cell small. The top byte stores the kind.
    private let word: UInt32

    private init(word: UInt32) {
        self.word = word
    }

    /// The terminal's own foreground or background.
    public static let terminalDefault = Color(word: 0)

    /// A color of the 256-color palette.
    public static func indexed(_ index: UInt8) -> Color {
        Color(word: 0x0100_0000 | UInt32(index))
    }

    /// A 24-bit color.
    public static func rgb(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Color {
        Color(word: 0x0200_0000 | UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue))
    }

    /// The kind of color, with its value.
    public var kind: Kind {
        switch word >> 24 {
        case 1: .indexed(UInt8(truncatingIfNeeded: word))
        case 2:
            .rgb(
                red: UInt8(truncatingIfNeeded: word >> 16),
                green: UInt8(truncatingIfNeeded: word >> 8),
                blue: UInt8(truncatingIfNeeded: word)
            )
        default: .terminalDefault
        }
    }
}

extension Color {
    /// Black from the terminal's palette.
    public static let black = indexed(0)
    /// Red from the terminal's palette.
    public static let red = indexed(1)
    /// Green from the terminal's palette.
    public static let green = indexed(2)
    /// Yellow from the terminal's palette.
    public static let yellow = indexed(3)
    /// Blue from the terminal's palette.
    public static let blue = indexed(4)
    /// Magenta from the terminal's palette.
    public static let magenta = indexed(5)
    /// Cyan from the terminal's palette.
    public static let cyan = indexed(6)
    /// White (light gray) from the terminal's palette.
    public static let white = indexed(7)
    /// Bright black (dark gray) from the terminal's palette.
    public static let brightBlack = indexed(8)
    /// Bright red from the terminal's palette.
    public static let brightRed = indexed(9)
    /// Bright green from the terminal's palette.
    public static let brightGreen = indexed(10)
    /// Bright yellow from the terminal's palette.
    public static let brightYellow = indexed(11)
    /// Bright blue from the terminal's palette.
    public static let brightBlue = indexed(12)
    /// Bright magenta from the terminal's palette.
    public static let brightMagenta = indexed(13)
    /// Bright cyan from the terminal's palette.
    public static let brightCyan = indexed(14)
    /// Bright white from the terminal's palette.
    public static let brightWhite = indexed(15)

    /// The names of the terminal's 16 colors, in order.
    public static let ansiNames = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "bright-black", "bright-red", "bright-green", "bright-yellow",
        "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
    ]

    /// Parses a color in the notation of themes: `default`, an ANSI name (`red`, `bright-red`, `gray`), `0`–`255`,
    /// or `#rrggbb`. Case does not matter, and `_` counts as `-`. Nil if it is none of these.
    public init?(parsing text: some StringProtocol) {
        let name = text.lowercased().replacing("_", with: "-")
        if name == "default" {
            self = .terminalDefault
        } else if name == "gray" || name == "grey" {
            self = .brightBlack
        } else if let index = Color.ansiNames.firstIndex(of: name) {
            self = .indexed(UInt8(index))
        } else if name.first == "#", name.utf8.count == 7, name.utf8.dropFirst().allSatisfy(isHexDigit),
            let value = UInt32(name.dropFirst(), radix: 16)
        {
            self.init(word: 0x0200_0000 | value)
        } else if !name.isEmpty, name.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let index = UInt8(name) {
            self = .indexed(index)
        } else {
            return nil
        }
    }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x66: true
    default: false
    }
}

extension Color: CustomStringConvertible {
    /// The color in the notation of `init(parsing:)`.
    public var description: String {
        switch kind {
        case .terminalDefault: return "default"
        case .indexed(let index): return index < 16 ? Color.ansiNames[Int(index)] : String(index)
        case .rgb: return "#" + hexadecimal(word & 0xFF_FFFF, digits: 6, uppercase: false)
        }
    }
}
