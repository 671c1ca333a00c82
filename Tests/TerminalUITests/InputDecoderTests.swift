import SeededRandomness
import TestSupport
import Testing

@testable import TerminalUI

@Suite("Input decoder")
struct InputDecoderTests {
    private func decode(_ text: String) -> [InputEvent] {
        var decoder = InputDecoder()
        return decoder.decode(text.utf8) + decoder.flush()
    }

    @Test(
        arguments: [
            ("q", "q"), ("Ü", "Ü"), ("日", "日"), ("\r", "enter"), ("\t", "tab"), ("\u{7F}", "backspace"), ("\u{4}", "^d"),
            ("\u{0}", "C-space"), ("\u{1C}", "^\\"), ("\n", "^j"), ("\u{1B}", "esc"),
            ("\u{1B}[A", "up"), ("\u{1B}OA", "up"), ("\u{1B}[H", "home"), ("\u{1B}OF", "end"), ("\u{1B}[1~", "home"),
            ("\u{1B}[4~", "end"), ("\u{1B}[3~", "del"), ("\u{1B}[5~", "pgup"), ("\u{1B}[Z", "S-tab"), ("\u{1B}OP", "F1"),
            ("\u{1B}[[A", "F1"),
            ("\u{1B}[15~", "F5"), ("\u{1B}[17~", "F6"), ("\u{1B}[24~", "F12"), ("\u{1B}[1;5D", "C-left"),
            ("\u{1B}[1;3A", "M-up"), ("\u{1B}[3;2~", "S-del"), ("\u{1B}x", "M-x"), ("\u{1B}ü", "M-ü"), ("\u{1B}\r", "M-enter"),
            ("\u{1B}[", "M-["), ("\u{1B}O", "M-O"), ("\u{1B}[97;5u", "^a"), ("\u{1B}[27;5;9~", "C-tab"), ("\u{1B}\u{4}", "C-M-d"),
        ]
    )
    func `the bytes of keys are decoded`(bytes: String, name: String) throws {
        #expect(decode(bytes) == [.key(try #require(Key(parsing: name)))])
    }

    @Test
    func `several keys in one read are decoded`() {
        let keys = [Key(.up), Key.character("a"), Key(.escape), Key(.escape), Key(.down), Key.character("b")]
        #expect(decode("\u{1B}[Aa\u{1B}\u{1B}\u{1B}[Bb") == keys.map(InputEvent.key))
    }

    @Test
    func `bytes may arrive one by one`() {
        var decoder = InputDecoder()
        var events: [InputEvent] = []
        for byte in "\u{1B}[1;5D日\u{1B}[200~a\u{1B}[2x\u{1B}[201~\u{1B}[<0;3;2M".utf8 { events += decoder.decode([byte]) }
        #expect(
            events == [
                .key(Key(.left, .control)), .key(.character("日")), .paste(Paste(bytes: Array("a\u{1B}[2x".utf8))),
                .mouse(MouseEvent(.press(.left), at: Point(x: 2, y: 1))),
            ]
        )
        #expect(!decoder.isWaiting)
    }

    @Test
    func `after an escape the decoder waits, and a flush makes it the escape key`() {
        var decoder = InputDecoder()
        #expect(decoder.decode([0x1B]).isEmpty)
        #expect(decoder.isWaiting)
        #expect(decoder.flush() == [.key(Key(.escape))])
        #expect(!decoder.isWaiting)
        #expect(decoder.decode([0xE6, 0x97]).isEmpty)
        #expect(decoder.flush().isEmpty)
        #expect(!decoder.isWaiting)
    }

    @Test
    func `a paste is one event with any contents, and waits for its end`() {
        var decoder = InputDecoder()
        #expect(decoder.decode("\u{1B}[200~q\r\u{1B}[A\u{3}".utf8).isEmpty)
        #expect(!decoder.isWaiting)
        #expect(decoder.flush().isEmpty)
        let events = decoder.decode("é\u{1B}[201~x".utf8)
        #expect(events == [.paste(Paste(bytes: Array("q\r\u{1B}[A\u{3}é".utf8))), .key(.character("x"))])
    }

    @Test
    func `a long paste is cut and marked, and the rest of it is not typed`() {
        var decoder = InputDecoder(maximumPasteBytes: 3)
        let events = decoder.decode("\u{1B}[200~abcdef".utf8) + decoder.decode("gh\u{1B}[201~i".utf8)
        #expect(events == [.paste(Paste(bytes: Array("abc".utf8), isTruncated: true)), .key(.character("i"))])
    }

    @Test(
        arguments: ["\u{1B}[?1;2c", "\u{1B}[I", "\u{1B}[99~", "\u{1B}[1;99999999A", "\u{1B}[<3;1M", "\u{1B}Oz", "\u{1B}[57399u"]
    )
    func `unknown sequences are skipped completely`(bytes: String) {
        #expect(decode(bytes + "x") == [.key(.character("x"))])
    }

    @Test(
        arguments: [
            ("0;1;1M", MouseEvent(.press(.left), at: .zero)), ("2;10;5M", MouseEvent(.press(.right), at: Point(x: 9, y: 4))),
            ("0;1;1m", MouseEvent(.release, at: .zero)), ("64;1;1M", MouseEvent(.scrollUp, at: .zero)),
            ("81;1;1M", MouseEvent(.scrollDown, at: .zero, modifiers: .control)),
        ]
    )
    func `mouse reports are decoded`(report: String, expected: MouseEvent) {
        #expect(decode("\u{1B}[<" + report) == [.mouse(expected)])
    }

    @Test
    func `random bytes never trap, and the decoder still reads the next key`() {
        var random = SplitMix64(seed: 11)
        let alphabet: [UInt8] = Array("\u{1B}[O;<~0129MmAu".utf8) + [0xC3, 0xA9, 0xFF, 0xF0]
        for _ in 0..<5000 {
            var decoder = InputDecoder()
            let bytes = (0..<Int.random(in: 0..<20, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            _ = decoder.decode(bytes)
            _ = decoder.flush()
            _ = decoder.decode(InputDecoderTests.endOfPaste)
            _ = decoder.flush()
            #expect(decoder.decode("q".utf8) == [.key(.character("q"))], "\(bytes)")
        }
    }

    private static let endOfPaste = Array("\u{1B}[201~".utf8)
}
