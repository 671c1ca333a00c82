import Testing

@testable import TerminalUI

@Suite("Text field")
struct TextFieldTests {
    /// Applies keys, given by their names separated by spaces.
    private func typing(_ keys: String, into start: TextField = TextField()) throws -> TextField {
        var field = start
        for name in keys.split(separator: " ") { _ = field.handle(try #require(Key(parsing: String(name)))) }
        return field
    }

    /// Returns the text with `|` at the cursor.
    private func shown(_ field: TextField) -> String {
        var text = field.text
        text.insert("|", at: text.index(text.startIndex, offsetBy: field.cursor))
        return text
    }

    @Test(
        arguments: [
            ("a b c", "abc|"), ("a b left left x", "x|ab"), ("a b ^a x ^e y", "xaby|"), ("a b backspace", "a|"),
            ("a b ^a del", "|b"), ("a b ^b ^d", "a|"), ("a space b ^u", "|"), ("a space b ^b ^k", "a |"),
            ("a . b space c . d ^w", "a.b |"), ("a . b M-backspace", "a.|"), ("a . b M-b x", "a.x|b"),
            ("a . b ^a M-f", "a|.b"), ("a b ^u c ^y", "cab|"), ("a . b ^a M-d", "|.b"), ("backspace ^k ^w left", "|"),
        ]
    )
    func `the keys of readline edit the text`(keys: String, expected: String) throws {
        #expect(shown(try typing(keys)) == expected)
    }

    @Test
    func `moves and deletions apply to visible characters`() throws {
        var field = TextField("e\u{301}👩\u{200D}👧x")
        #expect(field.cursor == 3)
        _ = try field.handle(#require(Key(parsing: "left")))
        _ = try field.handle(#require(Key(parsing: "backspace")))
        #expect(shown(field) == "e\u{301}|x")
    }

    @Test
    func `a mark typed after a letter joins it`() {
        var field = TextField("e")
        field.insert("\u{301}")
        #expect(field.cursor == 1)
        #expect(field.text == "e\u{301}")
    }

    @Test
    func `a paste is text, never keys`() {
        var field = TextField("ab")
        #expect(field.insert(Paste(bytes: Array("x\r\ny\u{1B}\u{3}\tz".utf8))) == .edited)
        #expect(field.text == "abx y z")
        var body = TextField(isMultiline: true)
        body.insert(Paste(bytes: Array("x\r\ny\rz\tw\u{7}".utf8)))
        #expect(body.text == "x\ny\nz\tw")
    }

    @Test
    func `an insertion beyond the byte limit is rejected completely`() {
        var field = TextField("ab", maximumBytes: 4)
        #expect(field.insert("日") == .full)
        #expect(field.text == "ab")
        #expect(field.insert("é") == .edited)
        #expect(TextField("日本", maximumBytes: 5).text == "日")
    }

    @Test
    func `a multiline field handles enter, arrows and line ends`() throws {
        let start = TextField(isMultiline: true)
        #expect(shown(try typing("a b c enter d up x", into: start)) == "ax|bc\nd")
        #expect(shown(try typing("a enter b c ^a up down down", into: start)) == "a\nbc|")
        #expect(shown(try typing("a enter b up ^e ^k", into: start)) == "a|b")
        #expect(TextField("").handle(Key(.enter), expecting: .ignored))
    }

    @Test
    func `the field scrolls to keep the cursor visible`() {
        var screen = CellBuffer(size: Size(width: 6, height: 1))
        var field = TextField("abcdefgh")
        #expect(field.draw(into: &screen, in: screen.bounds) == Point(x: 5, y: 0))
        #expect(screen.lines() == ["defgh "])
        _ = field.handle(Key(.home))
        #expect(field.draw(into: &screen, in: screen.bounds) == .zero)
        #expect(screen.lines() == ["abcdef"])
        #expect(field.draw(into: &screen, in: .zero) == nil)
    }

    @Test
    func `typed text is escaped, with the cursor in the right column`() {
        var screen = CellBuffer(size: Size(width: 12, height: 2))
        let field = TextField("日\u{202E}\nb", isMultiline: true)
        #expect(field.draw(into: &screen, in: screen.bounds) == Point(x: 1, y: 1))
        #expect(screen.lines() == ["日<U+202E>  ", "b           "])
    }
}

extension TextField {
    fileprivate func handle(_ key: Key, expecting outcome: Outcome) -> Bool {
        var copy = self
        return copy.handle(key) == outcome && copy == self
    }
}

@Suite("Prompt")
struct PromptTests {
    private func press(_ names: String, _ prompt: inout Prompt) throws -> Prompt.Outcome {
        var outcome = Prompt.Outcome.unchanged
        for name in names.split(separator: " ") {
            let key = try #require(Key(parsing: String(name)))
            outcome = prompt.handle(key)
        }
        return outcome
    }

    @Test
    func `the prompt submits and cancels`() throws {
        var prompt = Prompt(label: "topic")
        #expect(try press("a b enter", &prompt) == .submitted("ab"))
        #expect(try press("esc", &prompt) == .cancelled)
        #expect(try press("^c", &prompt) == .cancelled)
        #expect(try press("F5", &prompt) == .ignored)
    }

    @Test
    func `history recalls entries with the typed prefix, and returns to the typed text`() throws {
        let history = InputHistory(["orders.eu", "users.new", "orders.us"])
        var prompt = Prompt(label: "", history: history)
        _ = try press("o up", &prompt)
        #expect(prompt.text == "orders.us")
        _ = try press("up", &prompt)
        #expect(prompt.text == "orders.eu")
        #expect(try press("up", &prompt) == .unchanged)
        _ = try press("down", &prompt)
        #expect(prompt.text == "orders.us")
        _ = try press("down", &prompt)
        #expect(prompt.text == "o")
        #expect(try press("down", &prompt) == .unchanged)
    }

    @Test
    func `history keeps the newest entries, without duplicates and blanks`() {
        var history = InputHistory(["a", "b", " ", "a", "c"], capacity: 3)
        #expect(history.entries == ["b", "a", "c"])
        history.add("d")
        #expect(history.entries == ["a", "c", "d"])
    }

    @Test
    func `a long question leaves space for the answer`() {
        var screen = CellBuffer(size: Size(width: 16, height: 1))
        let prompt = Prompt(label: "publish to topic", text: "orders")
        #expect(prompt.draw(into: &screen, in: screen.bounds) == Point(x: 15, y: 0))
        #expect(screen.lines() == ["publish… orders "])
        var tiny = CellBuffer(size: Size(width: 1, height: 1))
        #expect(prompt.draw(into: &tiny, in: tiny.bounds) == .zero)
    }
}
