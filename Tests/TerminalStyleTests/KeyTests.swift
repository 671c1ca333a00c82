import Testing

@testable import TerminalStyle

@Suite("Keys")
struct KeyTests {
    @Test(
        arguments: [
            ("q", Key.character("q"), "q"), ("Q", .character("Q"), "Q"), ("^d", .control("d"), "^d"),
            ("C-d", .control("d"), "^d"), ("C-D", .control("d"), "^d"), ("^", .character("^"), "^"),
            ("-", .character("-"), "-"), ("M--", Key(.character("-"), .alt), "M--"),
            ("S-tab", Key(.backTab), "S-tab"), ("F1", Key(.function(1)), "F1"), ("f12", Key(.function(12)), "F12"),
            ("space", .character(" "), "space"), ("Esc", Key(.escape), "esc"), ("PgUp", Key(.pageUp), "pgup"),
            ("S-up", Key(.up, .shift), "S-up"), ("C-M-left", Key(.left, [.control, .alt]), "C-M-left"),
            ("M-x", Key(.character("x"), .alt), "M-x"), ("C-space", Key(.character(" "), .control), "C-space"),
            ("ü", .character("ü"), "ü"), ("return", Key(.enter), "enter"), (" ", .character(" "), "space"),
            ("ctrl-s", .control("s"), "^s"), ("shift-tab", Key(.backTab), "S-tab"), ("backtab", Key(.backTab), "S-tab"),
            ("alt-enter", Key(.enter, .alt), "M-enter"), ("M-^s", Key(.character("s"), [.control, .alt]), "M-^s"),
            ("^i", Key(.tab), "tab"), ("^m", Key(.enter), "enter"), ("^[", Key(.escape), "esc"), ("^_", .control("_"), "^_"),
            ("PageUp", Key(.pageUp), "pgup"), ("delete", Key(.delete), "del"),
        ]
    )
    func `names of keys are parsed, and each key has one spelling`(text: String, key: Key, name: String) {
        #expect(Key(parsing: text) == key)
        #expect(key.name == name)
        #expect(Key(parsing: key.name) == key)
    }

    @Test(arguments: [
        "", "qq", "F0", "F64", "S-q", "C-", "C-C-d", "M-M-x", "M-", "^ab", "\u{1B}", "\u{202E}", "\u{A0}", "X-q", "\u{301}",
    ])
    func `invalid names are rejected`(text: String) {
        #expect(Key(parsing: text) == nil)
    }
}
