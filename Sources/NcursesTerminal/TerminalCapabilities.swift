internal import CNcurses
public import TerminalUI

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What a terminal can show.
public struct TerminalCapabilities: Hashable, Sendable {
    /// How many colors. `none` if the environment has `NO_COLOR` (https://no-color.org), whatever the terminal can do.
    public let colorDepth: ColorDepth
    /// True if the locale's characters are UTF-8; only then can anything outside ASCII be drawn.
    public let isUTF8: Bool

    /// True if its font has box drawing, blocks and braille, as far as its type tells.
    public let hasGlyphs: Bool

    /// The glyphs to draw with: `.unicode`, or `.ascii` where the locale or the font has no more.
    public var glyphs: GlyphSet { isUTF8 && hasGlyphs ? .unicode : .ascii }

    init(colorDepth: ColorDepth, isUTF8: Bool, hasGlyphs: Bool = true) {
        self.colorDepth = colorDepth
        self.isUTF8 = isUTF8
        self.hasGlyphs = hasGlyphs
    }

    /// Terminals of hardware, and consoles whose font has 256 or 512 characters, none of them braille.
    static func hasGlyphs(term: String) -> Bool {
        !["linux", "vt", "ansi", "cons", "wsvt", "sun"].contains { term.hasPrefix($0) } || term.hasPrefix("vte")
    }

    /// What the terminal that ncurses just started can show, as far as terminfo knows.
    static func current() -> TerminalCapabilities {
        let depth: ColorDepth
        if let noColor = getenv("NO_COLOR"), noColor.pointee != 0 {
            depth = .none
        } else if cncurses_has_direct_color() {
            depth = .trueColor
        } else {
            switch cncurses_colors() {
            case 256...: depth = .indexed256
            case 8...: depth = .ansi16
            default: depth = .none
            }
        }
        let term = getenv("TERM").map { String(cString: $0) } ?? ""
        return TerminalCapabilities(colorDepth: depth, isUTF8: cncurses_is_utf8(), hasGlyphs: hasGlyphs(term: term))
    }
}
