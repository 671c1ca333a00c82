import Testing

@testable import TerminalUI

@Suite("Colors")
struct ColorTests {
    @Test(
        arguments: [
            ("default", Color.terminalDefault, "default"), ("Red", .indexed(1), "red"),
            ("bright_red", .indexed(9), "bright-red"), ("gray", .indexed(8), "bright-black"),
            ("0", .indexed(0), "black"), ("208", .indexed(208), "208"), ("#FF8000", .rgb(255, 128, 0), "#ff8000"),
        ]
    )
    func `colors of themes are parsed and written back`(text: String, expected: Color, description: String) {
        #expect(Color(parsing: text) == expected)
        #expect(expected.description == description)
    }

    @Test(arguments: ["", "256", "-1", "#fff", "#+12345", "#ggggggg", "redd", "+1", "٣"])
    func `invalid colors are rejected`(text: String) {
        #expect(Color(parsing: text) == nil)
    }

    @Test
    func `exact colors of the cube map to themselves in 256 colors`() {
        for index in 16..<256 {
            let parts = Color.paletteComponents(index)
            let mapped = Color.rgb(parts.red, parts.green, parts.blue).mapped(to: .indexed256)
            #expect(mapped.components == parts)
        }
    }

    @Test(
        arguments: [
            (Color.rgb(255, 0, 0), Color.brightRed), (.rgb(250, 250, 250), .brightWhite), (.rgb(10, 10, 10), .black),
            (.rgb(0, 200, 10), .green), (.rgb(120, 120, 130), .brightBlack), (.indexed(21), .blue), (.red, .red),
        ]
    )
    func `other colors map to the most similar color`(color: Color, expected: Color) {
        #expect(color.mapped(to: .ansi16) == expected)
    }

    @Test
    func `supported colors are unchanged, and colors are dropped without color support`() {
        let color = Color.rgb(1, 2, 3)
        #expect(color.mapped(to: .trueColor) == color)
        #expect(color.mapped(to: .none) == .terminalDefault)
        #expect(Color.terminalDefault.mapped(to: .ansi16) == .terminalDefault)
        #expect(Color.indexed(200).mapped(to: .indexed256) == .indexed(200))
    }

    @Test
    func `contrast follows WCAG`() throws {
        let extreme = try #require(Color.contrastRatio(.rgb(0, 0, 0), .rgb(255, 255, 255)))
        #expect(abs(extreme - 21) < 0.001)
        // #767676 is the lightest gray with 4.5 : 1 on white.
        let gray = try #require(Color.contrastRatio(.rgb(0x76, 0x76, 0x76), .rgb(255, 255, 255)))
        #expect(gray >= 4.5 && gray < 4.6)
        #expect(Color.contrastRatio(.terminalDefault, .red) == nil)
    }

    @Test
    func `styles are combined`() {
        let under = Style(foreground: .red, background: .blue, modifiers: .bold)
        let over = Style(foreground: .green, modifiers: .underline)
        #expect(under.overlaid(with: over) == Style(foreground: .green, background: .blue, modifiers: [.bold, .underline]))
        #expect(under.overlaid(with: .plain) == under)
        #expect(under.mapped(to: .none) == Style(foreground: .terminalDefault, background: .terminalDefault, modifiers: .bold))
    }
}
