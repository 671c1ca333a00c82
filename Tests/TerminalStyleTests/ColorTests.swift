import Testing

@testable import TerminalStyle

@Suite("Colors")
struct ColorTests {
    @Test(
        arguments: [
            ("default", Color.terminalDefault, "default"), ("Red", .indexed(1), "red"),
            ("bright_red", .indexed(9), "bright-red"), ("gray", .indexed(8), "bright-black"),
            ("0", .indexed(0), "black"), ("208", .indexed(208), "208"), ("#FF8000", .rgb(255, 128, 0), "#ff8000"),
            ("bright-white", .indexed(15), "bright-white"), ("7", .indexed(7), "white"), ("16", .indexed(16), "16"),
            ("#0aF900", .rgb(0x0A, 0xF9, 0), "#0af900"),
        ]
    )
    func `colors of themes are parsed and written back`(text: String, expected: Color, description: String) {
        #expect(Color(parsing: text) == expected)
        #expect(expected.description == description)
        #expect(Color(parsing: description) == expected)
    }

    @Test(arguments: ["", "256", "-1", "#fff", "#+12345", "#ggggggg", "redd", "+1", "٣", "#12345", "#1234567", "#é1234"])
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
    func `contrast follows WCAG, and is nil for colors that depend on the terminal`() throws {
        let (black, white) = (Color.rgb(0, 0, 0), Color.rgb(255, 255, 255))
        #expect(white.contrast(with: black) == 21)
        #expect(black.contrast(with: black) == 1)
        // #767676 is the lightest gray with 4.5 : 1 on white.
        let gray = try #require(Color(parsing: "#767676")?.contrast(with: white))
        #expect((4.54..<4.55).contains(gray))
        #expect(Color.indexed(231).contrast(with: .indexed(16)) == 21)
        #expect(Color.indexed(244).contrast(with: white) == Color.rgb(128, 128, 128).contrast(with: white))
        #expect(Color.indexed(110).contrast(with: white) == Color.rgb(0x87, 0xAF, 0xD7).contrast(with: white))
        #expect(Color.red.contrast(with: black) == nil)
        #expect(black.contrast(with: .terminalDefault) == nil)
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
