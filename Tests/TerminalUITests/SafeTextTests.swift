import SeededRandomness
import TestSupport
import Testing

@testable import TerminalUI

@Suite("Safe text")
struct SafeTextTests {
    @Test(
        arguments: [
            ("plain", "plain"),
            ("\u{1B}[31mred", "^[[31mred"),
            ("a\r\n\tb\u{7F}\u{0}", "a^M^J^Ib^?^@"),
            ("\u{9B}31m", "<U+009B>31m"),
            ("\u{202E}evil", "<U+202E>evil"),
            ("\u{61C}\u{200E}\u{2066}", "<U+061C><U+200E><U+2066>"),
            ("a\u{200B}\u{200D}\u{2060}\u{FEFF}\u{AD}", "a<U+200B><U+200D><U+2060><U+FEFF><U+00AD>"),
            ("\u{E0041}\u{E000}\u{F0000}", "<U+E0041><U+E000><U+F0000>"),
            ("\u{2028}\u{2029}", "<U+2028><U+2029>"),
            ("\u{3164}\u{115F}\u{34F}", "<U+3164><U+115F><U+034F>"),
            ("日本語 é ≤", "日本語 é ≤"),
        ]
    )
    func `characters that cannot be shown are escaped`(input: String, expected: String) {
        #expect(SafeText(untrusted: input).plain == expected)
    }

    @Test
    func `each invalid byte is shown, and only those`() {
        #expect(SafeText(untrustedBytes: [0x61, 0xFF, 0xC3, 0xA9, 0xC3]).plain == "a\\xFFé\\xC3")
        // An overlong slash, a surrogate, and a value above U+10FFFF.
        #expect(SafeText(untrustedBytes: [0xC0, 0xAF]).plain == "\\xC0\\xAF")
        #expect(SafeText(untrustedBytes: [0xE0, 0x80, 0xAF]).plain == "\\xE0\\x80\\xAF")
        #expect(SafeText(untrustedBytes: [0xF0, 0x80, 0x80, 0xAF]).plain == "\\xF0\\x80\\x80\\xAF")
        #expect(SafeText(untrustedBytes: [0xED, 0xA0, 0x80]).plain == "\\xED\\xA0\\x80")
        #expect(SafeText(untrustedBytes: [0xF4, 0x90, 0x80, 0x80]).plain == "\\xF4\\x90\\x80\\x80")
    }

    @Test
    func `backslashes are doubled only in texts with other escapes`() {
        #expect(SafeText(untrusted: #"C:\temp"#).plain == #"C:\temp"#)
        #expect(SafeText(untrusted: "\\x1B \u{1B}").plain == #"\\x1B ^["#)
        #expect(SafeText(untrusted: "\\x1B \u{1B}").width == 8)
    }

    @Test
    func `a text records which parts are escapes`() {
        let text = SafeText(untrusted: "a^[\u{1B}\u{1}b")
        #expect(text.segments.map(\.text) == ["a^[", "^[^A", "b"])
        #expect(text.segments.map(\.isEscape) == [false, true, false])
        #expect(SafeText(untrusted: "^[") != SafeText(untrusted: "\u{1B}"))
    }

    @Test
    func `two marks on a character are kept and the rest escaped`() {
        #expect(SafeText(untrusted: "e\u{301}\u{302}").width == 1)
        #expect(SafeText(untrusted: "e\u{301}\u{302}\u{303}").plain == "e\u{301}\u{302}<U+0303>")
        #expect(SafeText(untrusted: "\u{301}a").plain == "<U+0301>a")
        #expect(SafeText(untrusted: "\u{1B}\u{301}").plain == "^[<U+0301>")
    }

    @Test
    func `emoji sequences are divided so that their width does not depend on the terminal`() {
        #expect(SafeText(untrusted: "👍").width == 2)
        #expect(SafeText(untrusted: "👍🏽").plain == "👍<U+1F3FD>")
        #expect(SafeText(untrusted: "👩\u{200D}👧").plain == "👩<U+200D>👧")
        #expect(SafeText(untrusted: "❤\u{FE0F}").width == 1)
        #expect(SafeText(untrusted: "a\u{FE0F}").plain == "a<U+FE0F>")
    }

    @Test
    func `no forbidden character passes unescaped`() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value), isForbidden(scalar) else { continue }
            let text = SafeText(untrusted: "a" + String(Character(scalar)) + "b")
            let raw = text.plain.unicodeScalars.contains(scalar)
            // Built only on failure, because a message for each of a million code points would dominate the run.
            if raw || !text.hasEscapes || text.width != text.plain.utf8.count {
                Issue.record("U+\(String(value, radix: 16)) became \(text.plain.debugDescription)")
            }
        }
    }

    @Test
    func `random bytes give no forbidden character, and the computed width is correct`() {
        var random = SplitMix64(seed: 0x5AFE)
        for _ in 0..<4000 {
            let bytes = (0..<Int.random(in: 0..<64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = SafeText(untrustedBytes: bytes)
            #expect(!text.plain.unicodeScalars.contains(where: isForbidden), "\(bytes)")
            #expect(text.width == text.plain.unicodeScalars.reduce(0) { $0 + displayColumns(of: $1) }, "\(bytes)")
            #expect(text.segments.map(\.text).joined() == text.plain)
        }
    }

    @Test
    func `long input is cut between characters and marked`() {
        let text = SafeText(untrusted: "日本語", maximumBytes: 4)
        #expect(text.plain == "日…")
        #expect(text.segments.last == SafeText.Segment(text: "…", isEscape: true))
        #expect(SafeText(untrusted: "日本語", maximumBytes: 9).plain == "日本語")
        #expect(SafeText(untrustedBytes: [0x80, 0x80, 0x80, 0x80, 0x80], maximumBytes: 4).plain == #"\x80\x80\x80\x80…"#)
        #expect(SafeText(untrustedBytes: AnyCollection([0x61, 0x62, 0x63]), maximumBytes: 2).plain == "ab…")
    }

    @Test
    func `text is cut to columns`() {
        let text = SafeText(untrusted: "ab日cd")
        #expect((0...7).map { text.truncated(to: $0).plain } == ["", "…", "a…", "ab…", "ab…", "ab日…", "ab日cd", "ab日cd"])
        #expect(text.columnsInRange(3..<6).plain == "cd")
        #expect(text.columnsInRange(2..<5).plain == "日c")
        #expect(SafeText(untrusted: "a\u{1B}b").columnsInRange(2..<4).segments.map(\.isEscape) == [true, false])
    }

    @Test
    func `literals accept only safe values and escape untrusted ones`() {
        let name = "be\u{7}ta"
        let text: SafeText = "● \(untrusted: name) has \(12) of \(SafeText.empty)"
        #expect(text.plain == "● be^Gta has 12 of ")
        #expect(text.width == text.plain.unicodeScalars.count)
    }

    @Test
    func `text is found by column`() {
        let text = SafeText(untrusted: "日Orders.orders")
        #expect(text.columns(matching: "orders") == [2..<8, 9..<15])
        #expect(text.columns(matching: "orders", ignoresCase: false) == [9..<15])
        #expect(text.columns(matching: "日") == [0..<2])
        #expect(text.columns(matching: "").isEmpty)
    }
}

@Suite("Safe text in rows")
struct SafeTextLinesTests {
    private func plain(_ lines: SafeText.Lines) -> [String] { lines.lines.map(\.plain) }

    @Test
    func `newlines and tabs become layout`() {
        let lines = SafeText.lines(untrusted: "a\tb\r\n\tc\rd\n", tabWidth: 4)
        #expect(plain(lines) == ["a   b", "    c^Md"])
        #expect(!lines.isTruncated)
        #expect(plain(SafeText.lines(untrusted: "")) == [""])
        #expect(plain(SafeText.lines(untrusted: "a\n\nb")) == ["a", "", "b"])
    }

    @Test
    func `tab stops count columns, not characters`() {
        #expect(plain(SafeText.lines(untrusted: "日\tb", tabWidth: 4)) == ["日  b"])
    }

    @Test
    func `data wraps between characters`() {
        #expect(plain(SafeText.lines(untrusted: "abcdefg", wrapAt: 3)) == ["abc", "def", "g"])
        #expect(plain(SafeText.lines(untrusted: "a日本b", wrapAt: 2)) == ["a", "日", "本", "b"])
        #expect(plain(SafeText.lines(untrusted: "e\u{301}e\u{301}e\u{301}", wrapAt: 2)) == ["e\u{301}e\u{301}", "e\u{301}"])
    }

    @Test
    func `prose wraps at spaces, and a long word between characters`() {
        func words(_ text: SafeText, _ columns: Int) -> [String] { plain(text.wrapped(at: columns, by: .words)) }
        #expect(words("one two three", 7) == ["one two", "three"])
        #expect(words("one two three", 8) == ["one two", "three"])
        #expect(words("one two three", 4) == ["one", "two", "thre", "e"])
        #expect(words("ab cdefgh i", 3) == ["ab", "cde", "fgh", "i"])
        #expect(words("abc ", 3) == ["abc"])
    }

    @Test
    func `rows beyond the maximum are omitted and reported`() {
        let wrapped = SafeText.lines(untrusted: "abcdef\ngh", maximumLines: 2, wrapAt: 2)
        #expect(plain(wrapped) == ["ab", "cd"])
        #expect(wrapped.isTruncated)
        #expect(SafeText.lines(untrusted: "a\nb", maximumLines: 1).isTruncated)
        #expect(!SafeText.lines(untrusted: "a\n", maximumLines: 1).isTruncated)
        #expect(SafeText.lines(untrusted: "abc", maximumBytes: 2).isTruncated)
    }

    @Test
    func `backslashes are doubled in every row if any row has an escape`() {
        #expect(plain(SafeText.lines(untrusted: "a\\\n\u{1B}")) == ["a\\\\", "^["])
    }
}

/// Returns whether a scalar must never reach a terminal unescaped.
func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: false
    }
}
