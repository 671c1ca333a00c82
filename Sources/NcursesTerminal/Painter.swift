internal import CNcurses
internal import TerminalUI

/// Draws a `CellBuffer` on the screen.
///
/// It passes every cell to ncurses, which compares the cells with the content of the terminal and sends the differences. This
/// is fast enough (half a millisecond for 200 × 60 cells), and avoids a second record of the content that could be wrong.
struct Painter {
    /// The attributes and the color pair of a style.
    private struct Appearance {
        let attributes: UInt32
        let pair: Int32
    }

    private let depth: ColorDepth
    private let colorCount: Int32
    private var pairs: ColorPairs
    private var appearances: [Style: Appearance] = [:]
    private var last: (buffer: CellBuffer, cursor: Point?)?

    private static let maximumAppearances = 4096

    init(capabilities: TerminalCapabilities) {
        depth = capabilities.colorDepth
        colorCount = cncurses_colors()
        pairs = ColorPairs(limit: cncurses_color_pairs()) { cncurses_init_pair($0, $1, $2) }
    }

    /// Makes the next paint draw every cell.
    mutating func invalidate() {
        last = nil
        cncurses_invalidate()
    }

    /// Shows `buffer` with the cursor at `cursor`, or hidden if nil. Does nothing if this is already shown.
    mutating func paint(_ buffer: CellBuffer, cursor: Point?, screen: Size) {
        if let last, last.cursor == cursor, last.buffer == buffer { return }
        if pairs.isExhausted || appearances.count > Self.maximumAppearances {
            pairs.reset()
            appearances = [:]
            cncurses_invalidate()
        }
        var style = Style.plain
        var appearance = appearance(of: style)
        let cells = buffer.cells
        for y in 0..<screen.height {
            for x in 0..<screen.width {
                // While the terminal is being resized, a frame may be smaller or larger than the screen.
                let isInside = x < buffer.size.width && y < buffer.size.height
                let cell = isInside ? cells[y * buffer.size.width + x] : .blank
                guard !cell.isContinuation else { continue }
                if cell.style != style {
                    style = cell.style
                    appearance = self.appearance(of: style)
                }
                put(cell, x: x, y: y, fits: x + Int(cell.width) <= screen.width, appearance)
            }
        }
        let visible = cursor.flatMap { Rect(screen).contains($0) ? $0 : nil }
        cncurses_show(Int32(visible?.x ?? -1), Int32(visible?.y ?? -1))
        last = (buffer, cursor)
    }

    private func put(_ cell: Cell, x: Int, y: Int, fits: Bool, _ appearance: Appearance) {
        let (attributes, pair) = (appearance.attributes, appearance.pair)
        guard let base = cell.base, fits else {
            cncurses_put(Int32(x), Int32(y), 0x20, 0, 0, attributes, pair)
            return
        }
        guard base.isASCII || cncurses_width(base.value) == Int32(cell.width) else {
            // ncurses positions the following cells by the C library's width of the character. If that differs from ours,
            // drawing the character would shift the rest of the row.
            cncurses_put(Int32(x), Int32(y), 0x3F, 0, 0, attributes, pair)
            if cell.width == 2 { cncurses_put(Int32(x + 1), Int32(y), 0x20, 0, 0, attributes, pair) }
            return
        }
        let first = mark(cell.firstMark)
        // In C, the first zero ends the list of marks.
        cncurses_put(Int32(x), Int32(y), base.value, first, first == 0 ? 0 : mark(cell.secondMark), attributes, pair)
    }

    private func mark(_ scalar: Unicode.Scalar?) -> UInt32 {
        guard let scalar, cncurses_width(scalar.value) == 0 else { return 0 }
        return scalar.value
    }

    private mutating func appearance(of style: Style) -> Appearance {
        if let known = appearances[style] { return known }
        let mapped = style.mapped(to: depth)
        var modifiers = mapped.modifiers
        let foreground = number(mapped.foreground)
        if case .indexed(let index)? = mapped.foreground?.kind, index >= 8, index < 16, colorCount < 16, depth != .none {
            modifiers.insert(.bold)
        }
        let pair = depth == .none ? 0 : pairs.pair(foreground: foreground, background: number(mapped.background))
        let appearance = Appearance(attributes: attributes(modifiers), pair: pair)
        appearances[style] = appearance
        return appearance
    }

    /// The number of a color in ncurses.
    private func number(_ color: Color?) -> Int32 {
        switch color?.kind {
        case nil, .terminalDefault?: return -1
        case .indexed(let index)?:
            if depth == .trueColor, index >= 8, let parts = color?.components { return direct(parts) }
            // Terminals with 8 colors show bright colors as bold.
            return colorCount < 16 ? Int32(index % 8) : Int32(index)
        case .rgb(let red, let green, let blue)?: return direct(RGB(red: red, green: green, blue: blue))
        }
    }

    /// Terminals with direct color use the first 8 numbers for their palette, so the darkest blues become black.
    private func direct(_ color: RGB) -> Int32 {
        let value = Int32(color.red) << 16 | Int32(color.green) << 8 | Int32(color.blue)
        return value < 8 ? 0 : value
    }

    private func attributes(_ modifiers: Modifiers) -> UInt32 {
        var result: UInt32 = 0
        if modifiers.contains(.bold) { result |= CNCURSES_BOLD.rawValue }
        if modifiers.contains(.dim) { result |= CNCURSES_DIM.rawValue }
        if modifiers.contains(.italic) { result |= CNCURSES_ITALIC.rawValue }
        if modifiers.contains(.underline) { result |= CNCURSES_UNDERLINE.rawValue }
        if modifiers.contains(.reverse) { result |= CNCURSES_REVERSE.rawValue }
        return result
    }
}
