/// The glyphs for borders, bars, graphs and marks.
public struct GlyphSet: Hashable, Sendable {
    /// The lines of a box.
    struct Border: Hashable, Sendable {
        let horizontal: Unicode.Scalar
        let vertical: Unicode.Scalar
        let topLeft: Unicode.Scalar
        let topRight: Unicode.Scalar
        let bottomLeft: Unicode.Scalar
        let bottomRight: Unicode.Scalar
    }

    /// True if characters outside ASCII can be drawn.
    public let showsUnicode: Bool
    private(set) var border: Border
    /// The glyph for a tick on a graph's axis.
    let axisTick: Unicode.Scalar
    /// Cells filled in eighths from below, starting with the empty one: nine glyphs, or fewer if the set has no finer ones.
    let levels: [Unicode.Scalar]
    /// Cells filled in eighths from the left, starting with the empty one.
    let partials: [Unicode.Scalar]
    private(set) var scrollThumb: Unicode.Scalar

    /// Marks the selected row: `▸`.
    public let selection: SafeText
    /// Marks an ascending column: `▲`.
    public let ascending: SafeText
    /// Marks a descending column: `▼`.
    public let descending: SafeText
    /// Shown instead of an unknown figure: `–`.
    public let missing: SafeText
    /// A filled disc, for a good state: `●`.
    public let full: SafeText
    /// A half filled disc, for a partly good state: `◐`.
    public let half: SafeText
    /// An empty disc, for a bad state: `○`.
    public let hollow: SafeText
    /// Marks what is over or done: `✓`.
    public let check: SafeText

    /// Box drawing, blocks and braille.
    public static let unicode = GlyphSet(
        showsUnicode: true,
        border: Border(
            horizontal: "─",
            vertical: "│",
            topLeft: "╭",
            topRight: "╮",
            bottomLeft: "╰",
            bottomRight: "╯"
        ),
        axisTick: "┤",
        levels: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        partials: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
        scrollThumb: "┃",
        selection: "▸",
        ascending: "▲",
        descending: "▼",
        missing: "–",
        full: "●",
        half: "◐",
        hollow: "○",
        check: "✓"
    )

    /// ASCII only, for terminals and locales without UTF-8.
    public static let ascii = GlyphSet(
        showsUnicode: false,
        border: Border(
            horizontal: "-",
            vertical: "|",
            topLeft: "+",
            topRight: "+",
            bottomLeft: "+",
            bottomRight: "+"
        ),
        axisTick: "+",
        levels: [" ", ".", "-", "=", "#"],
        partials: [" ", "#"],
        scrollThumb: "#",
        selection: ">",
        ascending: "^",
        descending: "v",
        missing: "-",
        full: "*",
        half: "%",
        hollow: "o",
        check: "+"
    )

    /// The same glyphs with spaces instead of frames and scroll bars, for text that is to be selected and copied.
    public var withoutFrames: GlyphSet {
        var result = self
        result.border = Border(
            horizontal: " ",
            vertical: " ",
            topLeft: " ",
            topRight: " ",
            bottomLeft: " ",
            bottomRight: " "
        )
        result.scrollThumb = " "
        return result
    }

    /// Returns the replacement for a character outside ASCII on terminals that can only draw ASCII.
    static func asciiLikeness(of scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar {
        case "─", "━", "–", "—", "‐", "‑", "−", "╌": "-"
        case "│", "┃": "|"
        case "┌", "┐", "└", "┘", "├", "┤", "┬", "┴", "┼", "╭", "╮", "╰", "╯": "+"
        case "…", "·": "."
        case "●", "•": "*"
        case "◐": "%"
        case "○": "o"
        case "▸", "▶", "→", "›": ">"
        case "◂", "◀", "←", "‹": "<"
        case "▲", "↑": "^"
        case "▼", "↓": "v"
        case "‘", "’": "'"
        case "“", "”": "\""
        case "×": "x"
        case "≤": "<"
        case "≥": ">"
        case "µ": "u"
        case "\u{A0}": " "
        default: "?"
        }
    }
}
