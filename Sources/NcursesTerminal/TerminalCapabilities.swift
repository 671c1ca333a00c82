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
    /// The number of colors. `none` if `NO_COLOR` is set (https://no-color.org), regardless of the terminal.
    public let colorDepth: ColorDepth
    /// Whether the locale uses UTF-8. If not, only ASCII can be drawn.
    public let isUTF8: Bool

    /// Whether the font has box drawing, blocks and braille, judged by the type of the terminal.
    public let hasGlyphs: Bool

    /// The glyphs to draw with: `.unicode`, or `.ascii` if the locale or the font has only those.
    public var glyphs: GlyphSet { isUTF8 && hasGlyphs ? .unicode : .ascii }

    init(colorDepth: ColorDepth, isUTF8: Bool, hasGlyphs: Bool = true) {
        self.colorDepth = colorDepth
        self.isUTF8 = isUTF8
        self.hasGlyphs = hasGlyphs
    }

    /// Returns false for hardware terminals, and for consoles whose fonts of 256 or 512 characters have no braille.
    static func hasGlyphs(term: String) -> Bool {
        !["linux", "vt", "ansi", "cons", "wsvt", "sun"].contains { term.hasPrefix($0) } || term.hasPrefix("vte")
    }

    /// The capabilities of the terminal that ncurses has started, according to terminfo.
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
