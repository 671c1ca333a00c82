import Testing

@testable import TerminalUI

@Suite("Figures are never cut")
struct FigureTests {
    @Test(
        arguments: [
            ("≤ 1151 lost", 5, "…"), ("lost ≤ 1151", 8, "lost …"), ("in 12.4k/s now", 6, "in …"), ("in 12.4k/s now", 9, "in …"),
            ("size 1.6 MB/s in", 9, "size …"), ("size 1.6 MB/s in", 10, "size …"), ("size 1.6 MB/s in", 11, "size …"),
            ("100 % hot", 6, "100 %…"),
            ("100 % hot", 5, "…"), ("at 14:03:22 it", 8, "at …"), ("a 10.1.0.7:50007 b", 12, "a …"), ("up 3d4h5m6s", 8, "up …"),
            ("2 of 5 connections", 8, "2 of 5 …"), ("2 of 5 connections", 7, "2 of …"), ("alpha-1 gone", 8, "alpha-…"),
            ("topic.123456.x", 10, "topic.…"),
            ("words only here", 8, "words o…"), ("f81d4fae-7dec", 8, "f81d4fa…"), ("12345", 3, "…"), ("a 5 % b", 4, "a …"),
            ("5 m of it", 4, "5 m…"),
            ("up to 24 messages", 9, "up to …"), ("(of 1234)", 6, "(of …"), ("x=-15 y", 4, "x=…"),
        ]
    )
    func `a text is not cut within a figure, nor between it and its unit`(_ text: String, _ columns: Int, _ expected: String) {
        #expect(SafeText(untrusted: text).truncated(to: columns).plain == expected)
    }

    @Test
    func `for every text and width, no digit precedes the mark of a cut`() {
        let texts = [
            "≤ 18446744073709551615 lost", "12.4k/s 1.6 MB/s 33 % 0.21 ms", "a1b2c3d4e5f60718293a4b5c", "日本 12 語 345",
            "1,234,567.89 x",
            "::ffff:10.0.0.1", "9", "-7 °C", "1/2/3/4/5", "x1 y22 z333 4444w",
        ]
        for text in texts.map({ SafeText(untrusted: $0) }) {
            for columns in 0...text.width {
                let cut = text.truncated(to: columns)
                #expect(cut.width <= columns)
                #expect(cut.plain.firstMatch(of: /[0-9]…/) == nil, "\(text) in \(columns): \(cut)")
            }
        }
    }

    @Test
    func `a figure widens its column, takes a shorter form or is omitted; it is never shown partly`() {
        let table = Table(
            columns: [
                Table.Column("NAME", width: .fill(minimum: 4)),
                Table.Column("LOST", width: .fixed(5, importance: 20), alignment: .right),
                Table.Column("IN/s", width: .fixed(4, importance: 10), alignment: .right),
            ],
            showsHeader: false
        )
        func line(_ width: Int) -> String {
            var buffer = CellBuffer(size: Size(width: width, height: 1))
            table.draw(into: &buffer, in: buffer.bounds, rowCount: 1) { _ in
                Table.Row([.text("alpha"), .figure("≤ 1151000", "≤ 1.2M"), .figure("12.4k")])
            }
            return buffer.lines()[0]
        }
        #expect(line(30).contains("≤ 1151000  12.4k"))
        #expect(line(23).contains("≤ 1.2M") && line(23).contains("12.4k"))
        for width in 1...60 {
            let text = line(width)
            #expect(text.firstMatch(of: /[0-9]…/) == nil)
            #expect(text.contains("≤") == (text.contains("≤ 1151000") || text.contains("≤ 1.2M")), "\(width): \(text)")
            #expect(text.contains("12") == text.contains("12.4k"), "\(width): \(text)")
        }
    }

    @Test
    func `the largest counts and sizes take few columns`() {
        #expect(SafeText.count(UInt64.max).plain == "18447P")
        #expect(SafeText.bytes(UInt64.max).plain == "18447 PB")
    }
}
