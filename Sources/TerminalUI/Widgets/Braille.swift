/// Braille patterns (U+2800–U+28FF): two columns of four dots in one cell.
enum Braille {
    /// Returns the bit of the dot at column `x` (0...1) and row `y` (0...3, from the top). The bits of the bottom row are out of
    /// order, because that row was added to braille last.
    static func bit(x: Int, y: Int) -> UInt8 {
        switch (x, y) {
        case (0, 3): 0x40
        case (1, 3): 0x80
        default: 1 << UInt8(y + 3 * x)
        }
    }

    static func glyph(_ dots: UInt8) -> Unicode.Scalar {
        Unicode.Scalar(0x2800 | UInt32(dots)) ?? " "
    }

    /// Returns the glyph of two bars side by side, `left` and `right` dots high (0...4).
    static func bars(left: Int, right: Int) -> Unicode.Scalar {
        var dots: UInt8 = 0
        for row in 0..<4 {
            if left > row { dots |= bit(x: 0, y: 3 - row) }
            if right > row { dots |= bit(x: 1, y: 3 - row) }
        }
        return dots == 0 ? " " : glyph(dots)
    }
}
