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

    /// The glyphs to draw with: `.unicode`, or `.ascii` where the locale has no more.
    public var glyphs: GlyphSet { isUTF8 ? .unicode : .ascii }

    init(colorDepth: ColorDepth, isUTF8: Bool) {
        self.colorDepth = colorDepth
        self.isUTF8 = isUTF8
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
        return TerminalCapabilities(colorDepth: depth, isUTF8: cncurses_is_utf8())
    }
}
