import TerminalUI
import Testing

@testable import Console

@Suite("Bodies")
struct JSONLayoutTests {
    private func text(_ json: String) throws -> [String] {
        try JSONLayout.lines(Array(json.utf8)).map { $0.spans.map(\.text.plain).joined() }
    }

    @Test
    func `JSON is formatted, and digits and the order of keys are kept`() throws {
        #expect(
            try text(#"{"b":1.50,"a":[1,-2e+3,true,null,"x\"y"],"e":{},"f":[]}"#) == [
                "{", #"  "b": 1.50,"#, #"  "a": ["#, "    1,", "    -2e+3,", "    true,", "    null,", #"    "x\"y""#, "  ],",
                #"  "e": {},"#, #"  "f": []"#, "}",
            ]
        )
    }

    @Test(
        arguments: [
            ("", 0), ("12", 0), ("{", 1), ("{\"a\"}", 4), ("[1,]", 3), ("[1 2]", 3), ("[01]", 1), ("[1.]", 3), ("[tru]", 1),
            ("[\"a]", 4), ("{} x", 3), ("[\"\u{1}\"]", 2), ("[\"\\", 3),
        ]
    )
    func `invalid JSON is refused with the position of the error`(_ json: String, _ position: Int) {
        #expect {
            try JSONLayout.lines(Array(json.utf8))
        } throws: {
            ($0 as? JSONLayout.ParseError)?.position == position
        }
    }

    @Test
    func `deep nesting is refused without a stack overflow`() {
        #expect(throws: JSONLayout.ParseError.self) {
            try JSONLayout.lines([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        }
    }

    @Test
    func `hex rows fit the width`() {
        let bytes = Array(UInt8(0)...UInt8(40))
        for width in [20, 45, 80] {
            let lines = HexDump.lines(bytes, width: width)
            #expect(lines.map(\.width).max().map { $0 <= max(width, 27) } == true)
            #expect(lines.last?.spans.last?.text.plain.hasSuffix("(") == true)
        }
    }

    @Test
    func `a long payload is cut, and a row shows the cut`() {
        let entry = Fixtures.entry("t", String(repeating: "x", count: 300_000))
        let body = MessageBody(entry, format: .text, width: 80, wraps: true)
        #expect(body.lines.last?.spans.first?.text.plain == "the first 262 kB of 300 kB")
        #expect(body.lines.count == 3278)
    }

    @Test
    func `the hidden part of a document is also checked, and a document with a broken end is text`() throws {
        let numbers = (0..<1000).map(String.init).joined(separator: ",")
        #expect(try JSONLayout.lines(Array("[\(numbers)]".utf8), maximumRows: 10).count == 10)
        #expect(throws: JSONLayout.ParseError.self) { try JSONLayout.lines(Array("[\(numbers)".utf8), maximumRows: 10) }
    }

    @Test
    func `a line of 200,000 characters is wrapped`() {
        let rows = StyledLine(SafeText(untrusted: String(repeating: "x", count: 200_000))).wrapped(at: 40)
        #expect(rows.count == 5_000)
        #expect(rows.allSatisfy { $0.width == 40 })
    }

    @Test
    func `wrapping keeps all text and does not split wide characters`() {
        var line = StyledLine("日本語ab", .text)
        line.append("漢字xyz", .muted)
        for width in 2...20 {
            let rows = line.wrapped(at: width)
            #expect(rows.flatMap(\.spans).map(\.text.plain).joined() == "日本語ab漢字xyz")
            #expect(rows.allSatisfy { $0.width <= width })
        }
    }
}
