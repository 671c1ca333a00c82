import SeededRandomness
import TestSupport
import Testing

@testable import TerminalUI

@Suite("Cell buffer")
struct CellBufferTests {
    private func buffer(_ width: Int, _ height: Int, _ glyphs: GlyphSet = .unicode) -> CellBuffer {
        CellBuffer(size: Size(width: width, height: height), glyphs: glyphs)
    }

    @Test
    func `text is clipped at every edge`() {
        var screen = buffer(4, 2)
        #expect(screen.write("abcdef", at: Point(x: 2, y: 0)) == 2)
        #expect(screen.write("xyz", at: Point(x: -1, y: 1)) == 3)
        screen.write("above", at: Point(x: 0, y: -1))
        screen.write("below", at: Point(x: 0, y: 2))
        screen.write("right", at: Point(x: 4, y: 0))
        #expect(screen.lines() == ["  ab", "yz  "])
    }

    @Test
    func `text is clipped to a rectangle`() {
        var screen = buffer(6, 1)
        screen.write("abcdef", at: .zero, clip: Rect(x: 2, y: 0, width: 2, height: 1))
        #expect(screen.lines() == ["  cd  "])
    }

    @Test
    func `a wide character is never cut in half at an edge`() {
        var screen = buffer(3, 2)
        screen.write("ab日", at: .zero)
        screen.write("日b", at: Point(x: -1, y: 1))
        #expect(screen.lines() == ["ab ", " b "])
        #expect(screen.cells.allSatisfy { $0.width == 1 })
    }

    @Test
    func `a wide character that is half overwritten leaves a space`() {
        var screen = buffer(6, 1)
        screen.write("日本語", at: .zero)
        screen.write("x", at: Point(x: 1, y: 0))
        #expect(screen.lines() == [" x本語"])
        screen.write("y", at: Point(x: 4, y: 0))
        #expect(screen.lines() == [" x本y "])
        screen.clear(Rect(x: 3, y: 0, width: 1, height: 1))
        #expect(screen.lines() == [" x  y "])
    }

    @Test
    func `a wide character over the middle of two others replaces both`() {
        var screen = buffer(4, 1)
        screen.write("日本", at: .zero)
        screen.write("語", at: Point(x: 1, y: 0))
        #expect(screen.lines() == [" 語 "])
    }

    @Test
    func `marks are stored in the cell of their character, and variation selectors are dropped`() {
        var screen = buffer(3, 1)
        #expect(screen.write(SafeText(untrusted: "e\u{301}\u{302}❤\u{FE0F}"), at: .zero) == 2)
        #expect(screen[.zero]?.scalars == ["e", "\u{301}", "\u{302}"])
        #expect(screen[Point(x: 1, y: 0)]?.scalars == ["❤"])
    }

    @Test
    func `escapes are drawn in their own style`() {
        var screen = CellBuffer(size: Size(width: 5, height: 1), escapeStyle: Style(foreground: .red))
        screen.write(SafeText(untrusted: "^[\u{1B}x"), at: .zero, style: Style(modifiers: .bold))
        #expect(screen.styledLines() == ["[bold]^[[fg=red bold]^[[bold]x"])
    }

    @Test
    func `styles are applied on top of existing styles`() {
        var screen = buffer(3, 1)
        screen.clear(screen.bounds, style: Style(background: .blue))
        screen.write("ab", at: .zero, style: Style(foreground: .red))
        screen.restyle(Rect(x: 1, y: 0, width: 5, height: 5), with: Style(modifiers: .reverse))
        #expect(screen.styledLines() == ["[fg=red bg=blue]a[fg=red bg=blue reverse]b[bg=blue reverse] "])
    }

    @Test
    func `text is aligned and shortened inside a rectangle`() {
        var screen = buffer(7, 4)
        screen.write("abc", in: Rect(x: 1, y: 0, width: 5, height: 1), alignment: .left)
        screen.write("abc", in: Rect(x: 1, y: 1, width: 5, height: 1), alignment: .right)
        screen.write("abc", in: Rect(x: 1, y: 2, width: 5, height: 1), alignment: .center)
        screen.write("abcdefgh", in: Rect(x: 1, y: 3, width: 5, height: 1), alignment: .right)
        #expect(screen.lines() == [" abc   ", "   abc ", "  abc  ", " abcd… "])
    }

    @Test
    func `a box has a title and a note`() {
        var screen = buffer(16, 3)
        #expect(screen.drawBox(screen.bounds, title: "Topics", note: "12") == Rect(x: 1, y: 1, width: 14, height: 1))
        #expect(screen.lines() == ["╭ Topics ── 12 ╮", "│              │", "╰──────────────╯"])
    }

    @Test(
        arguments: [
            (0, 0, []), (1, 1, [" "]), (2, 2, ["╭╮", "╰╯"]), (5, 2, ["╭ … ╮", "╰───╯"]), (4, 2, ["╭──╮", "╰──╯"]),
        ] as [(Int, Int, [String])]
    )
    func `a box accepts any size`(width: Int, height: Int, expected: [String]) {
        var screen = buffer(width, height)
        screen.drawBox(screen.bounds, title: "Topics", note: "12")
        #expect(screen.lines() == expected)
    }

    @Test
    func `a box partly outside is clipped`() {
        var screen = buffer(3, 2)
        screen.drawBox(Rect(x: -1, y: -1, width: 3, height: 3))
        #expect(screen.lines() == [" │ ", "─╯ "])
    }

    @Test
    func `ASCII mode draws nothing outside ASCII`() {
        var screen = buffer(12, 2, .ascii)
        screen.drawBox(Rect(x: 0, y: 0, width: 12, height: 2), title: "●…")
        screen.write("日é\u{301}→≤", at: Point(x: 0, y: 1))
        #expect(screen.lines() == ["+ *. ------+", "? ?><------+"])
    }

    @Test
    func `filling with wide characters cuts none of them`() {
        var screen = buffer(5, 1)
        screen.fill(screen.bounds, with: "日")
        #expect(screen.lines() == ["日日 "])
    }

    @Test
    func `random drawing never divides a wide character`() {
        var random = SplitMix64(seed: 7)
        var screen = buffer(9, 4)
        let texts: [SafeText] = ["日本語", "a", "x日", "e\u{301}日b", ""]
        for _ in 0..<3000 {
            let point = Point(x: .random(in: -4..<12, using: &random), y: .random(in: -1..<6, using: &random))
            switch Int.random(in: 0..<3, using: &random) {
            case 0: screen.write(texts.randomElement(using: &random)!, at: point)
            case 1: screen.clear(Rect(x: point.x, y: point.y, width: 3, height: 2))
            default: screen.fill(Rect(x: point.x, y: point.y, width: 3, height: 2), with: "語")
            }
            #expect(isWhole(screen))
        }
    }

    /// Returns whether every wide cell is followed by its other half on the same row, and no other half occurs alone.
    private func isWhole(_ screen: CellBuffer) -> Bool {
        screen.bounds.contains(.zero)
            && (0..<screen.size.height).allSatisfy { y in
                var expectsHalf = false
                for x in 0..<screen.size.width {
                    guard let cell = screen[Point(x: x, y: y)], cell.isContinuation == expectsHalf else { return false }
                    expectsHalf = cell.width == 2
                }
                return !expectsHalf
            }
    }
}
