import Testing

@testable import TerminalUI

func screen(_ width: Int, _ height: Int, _ glyphs: GlyphSet = .unicode) -> CellBuffer {
    CellBuffer(size: Size(width: width, height: height), glyphs: glyphs)
}

@Suite("Table")
struct TableTests {
    private let table = Table(
        columns: [
            Table.Column("CLUSTER", width: .flexible(minimum: 5, ideal: 8)),
            Table.Column("STATE", width: .flexible(minimum: 6, ideal: 10, importance: 3)),
            Table.Column("IN/s", width: .fixed(5, importance: 2), alignment: .right),
            Table.Column("TRAFFIC", width: .fixed(8, importance: 1)),
        ],
        sort: Table.Sort(column: 2, isDescending: true)
    )

    private func row(_ index: Int) -> Table.Row {
        let name: SafeText = "cluster \(index)"
        return Table.Row([
            .text(name), .text("up 2h 11m"), .text(.count(index * 1000)),
            Table.Item(.sparkline(Sparkline([1, 2, 4, 8]))),
        ])
    }

    private func draw(_ width: Int, _ height: Int, rows: Int = 3, offset: Int = 0, selected: Int? = 1) -> [String] {
        var buffer = screen(width, height)
        table.draw(into: &buffer, in: buffer.bounds, rowCount: rows, offset: offset, selected: selected, row: row)
        return buffer.lines()
    }

    @Test
    func `a table has header, sort mark, selection and sparklines`() {
        #expect(
            draw(41, 5) == [
                "  CLUSTER   STATE       IN/s▼  TRAFFIC   ",
                "  cluster…  up 2h 11m       0      ▁▂▄█  ",
                "▸ cluster…  up 2h 11m    1.0k      ▁▂▄█  ",
                "  cluster…  up 2h 11m    2.0k      ▁▂▄█  ",
                "                                         ",
            ]
        )
    }

    @Test
    func `narrow tables drop the least important columns`() {
        #expect(
            draw(28, 3) == [
                "  CLUSTER   STATE    IN/s▼  ",
                "  cluster…  up 2h …      0 ┃",
                "▸ cluster…  up 2h …   1.0k  ",
            ]
        )
        #expect(draw(12, 3) == ["  CLUSTER   ", "  cluster… ┃", "▸ cluster…  "])
    }

    @Test
    func `a table shows the visible rows and a scroll bar`() {
        #expect(
            draw(24, 5, rows: 40, offset: 20, selected: 22) == [
                "  CLUS…  STATE   IN/s▼  ",
                "  clus…  up 2h…  20.0k  ",
                "  clus…  up 2h…  21.0k ┃",
                "▸ clus…  up 2h…  22.0k  ",
                "  clus…  up 2h…  23.0k  ",
            ]
        )
    }

    @Test(arguments: [(0, 0), (1, 1), (2, 2), (3, 1), (1, 5), (5, 2)])
    func `a table draws correctly at any size`(width: Int, height: Int) {
        let lines = draw(width, height, rows: 9, offset: 3, selected: 4)
        #expect(lines.count == height)
        #expect(lines.allSatisfy { $0.unicodeScalars.count == width })
    }

    @Test
    func `a table requests only visible rows`() {
        var buffer = screen(30, 4)
        var asked: [Int] = []
        table.draw(into: &buffer, in: buffer.bounds, rowCount: 100_000, offset: 500) { index in
            asked.append(index)
            return row(index)
        }
        #expect(asked == [500, 501, 502])
    }

    @Test
    func `the selected row is also marked without color, over its whole width`() {
        var buffer = screen(14, 2)
        Table(columns: [Table.Column("A", width: .fill())])
            .draw(into: &buffer, in: buffer.bounds, rowCount: 1, selected: 0) { _ in
                Table.Row([.text("x", style: Style(foreground: .red))], style: Style(modifiers: .dim))
            }
        #expect(buffer.styledLines() == ["[bold]  A           ", "[dim reverse]▸ [fg=red dim reverse]x[dim reverse]           "])
    }
}

@Suite("Graphs")
struct GraphTests {
    private func lines(_ width: Int, _ height: Int, _ glyphs: GlyphSet = .unicode, draw: (inout CellBuffer) -> Void) -> [String] {
        var buffer = screen(width, height, glyphs)
        draw(&buffer)
        return buffer.lines()
    }

    @Test
    func `sparklines end at the right, show gaps, and never hide a small value`() {
        let values: [Double?] = [0, 1, nil, 800, 400, .nan, 1]
        #expect(lines(9, 1) { Sparkline(values).draw(into: &$0, in: $0.bounds) } == ["   ▁ █▄ ▁"])
        #expect(lines(3, 1) { Sparkline(values).draw(into: &$0, in: $0.bounds) } == ["█ ▁"])
        #expect(lines(4, 1) { Sparkline(values, resolution: .braille).draw(into: &$0, in: $0.bounds) } == [" ⡀⣧⢀"])
        #expect(lines(9, 1, .ascii) { Sparkline(values).draw(into: &$0, in: $0.bounds) } == ["   . #- ."])
        #expect(lines(4, 1) { Sparkline([1, 2], maximum: 8).draw(into: &$0, in: $0.bounds) } == ["  ▁▂"])
        #expect(lines(2, 1) { Sparkline([]).draw(into: &$0, in: $0.bounds) } == ["  "])
    }

    @Test
    func `sparklines are scaled to their own row: variations fill it, noise does not, and a constant rate is a line`() {
        func drawn(_ values: [Double?]) -> [String] {
            lines(values.count, 1) { Sparkline(values).draw(into: &$0, in: $0.bounds) }
        }
        #expect(drawn([1000, 1500, 2000, 1500]) == ["▂▅█▅"])
        #expect(drawn([1000, 1030, 990, 1000]) == ["▃▄▃▃"])
        #expect(drawn([700, 700, 700]) == ["▃▃▃"])
        #expect(drawn([0, 700, 0]) == [" █ "])
    }

    @Test
    func `gauges fill in eighths and never hide a positive value`() {
        #expect(lines(4, 1) { Gauge(0.5).draw(into: &$0, in: $0.bounds) } == ["██  "])
        #expect(lines(4, 1) { Gauge(0.0001).draw(into: &$0, in: $0.bounds) } == ["▏   "])
        #expect(lines(4, 1) { Gauge(.nan).draw(into: &$0, in: $0.bounds) } == ["    "])
        #expect(lines(4, 1) { Gauge(7).draw(into: &$0, in: $0.bounds) } == ["████"])
        #expect(lines(4, 1, .ascii) { Gauge(0.6).draw(into: &$0, in: $0.bounds) } == ["##  "])
    }

    @Test(arguments: [(0, 0), (1, 1), (2, 1), (1, 3), (7, 2)])
    func `every widget accepts every size`(width: Int, height: Int) {
        #expect(lines(width, height) { Sparkline([1, 2, 3]).draw(into: &$0, in: $0.bounds) }.count == height)
        #expect(lines(width, height) { Gauge(0.4).draw(into: &$0, in: $0.bounds) }.count == height)
    }
}

@Suite("Frames and bars")
struct FrameTests {
    private let tabs = TabBar(
        [
            TabBar.Tab(key: "1", title: "Overview"), TabBar.Tab(key: "2", title: "Topics"),
            TabBar.Tab(key: "3", title: "Tail"),
        ],
        selected: 1
    )

    @Test
    func `tabs shorten to their keys`() {
        var wide = screen(34, 1)
        let places = tabs.draw(into: &wide, in: wide.bounds)
        #expect(wide.lines() == [" 1 Overview  2 Topics  3 Tail     "])
        #expect(places.tabs == [0..<12, 12..<22, 22..<30])
        var narrow = screen(18, 1)
        tabs.draw(into: &narrow, in: narrow.bounds)
        #expect(narrow.lines() == [" 1  2 Topics  3   "])
        #expect(narrow.styledLines()[0].contains("reverse] [dim reverse]2[reverse] Topics "))
        var tiny = screen(4, 1)
        #expect(tabs.draw(into: &tiny, in: tiny.bounds).width == 4)
    }

    @Test
    func `key hints are shown completely or not at all`() {
        let hints = KeyHints([
            KeyHints.Hint(key: "s", label: "subscribe"), KeyHints.Hint(key: "p", label: "publish"),
            KeyHints.Hint(key: "?", label: "help"),
        ])
        var wide = screen(32, 1)
        hints.draw(into: &wide, in: wide.bounds, alignment: .right)
        #expect(wide.lines() == ["  s subscribe  p publish  ? help"])
        var narrow = screen(18, 1)
        hints.draw(into: &narrow, in: narrow.bounds)
        #expect(narrow.lines() == ["s subscribe       "])
    }

    @Test
    func `a dialog covers the screen below it and leaves a margin`() {
        var buffer = screen(24, 7)
        buffer.fill(buffer.bounds, with: ".")
        let dialog = Dialog(
            title: "Reconnect",
            message: ["Reconnect all of alpha?"],
            hints: KeyHints([KeyHints.Hint(key: "y", label: "yes"), KeyHints.Hint(key: "n", label: "no")])
        )
        let room = dialog.draw(into: &buffer, in: buffer.bounds, contentSize: Size(width: 4, height: 1))
        #expect(
            buffer.lines() == [
                "╭ Reconnect ───────────╮",
                "│ Reconnect all of     │",
                "│ alpha?               │",
                "│                      │",
                "│                      │",
                "│ y yes  n no          │",
                "╰──────────────────────╯",
            ]
        )
        #expect(room == Rect(x: 2, y: 3, width: 20, height: 1))
    }

    @Test(arguments: [(0, 0), (1, 1), (3, 2), (4, 3), (5, 4)])
    func `a dialog accepts any size`(width: Int, height: Int) {
        var buffer = screen(width, height)
        let hints = KeyHints([KeyHints.Hint(key: "y", label: "yes")])
        let room = Dialog(title: "T", message: ["message"], hints: hints).draw(into: &buffer, in: buffer.bounds)
        #expect(buffer.bounds.intersection(room).size == room.size)
    }

    @Test
    func `help can be searched and scrolled`() {
        let help = HelpList([
            HelpList.Section(
                "Move",
                [KeyHints.Hint(key: "up", label: "one row up"), KeyHints.Hint(key: "g", label: "first row")]
            ),
            HelpList.Section("Act", [KeyHints.Hint(key: "p", label: "publish")]),
        ])
        #expect(help.rowCount(width: 18) == 6)
        var buffer = screen(18, 6)
        help.draw(into: &buffer, in: buffer.bounds)
        #expect(
            buffer.lines() == [
                "Move              ", "  up  one row up  ", "  g   first row   ",
                "                  ", "Act               ", "  p  publish      ",
            ]
        )
        var scrolled = screen(18, 2)
        help.filtered(by: "PUB").draw(into: &scrolled, in: scrolled.bounds)
        #expect(scrolled.lines() == ["Act               ", "  p  publish      "])
    }

    @Test
    func `help fills as many columns as fit, and a title is never alone at the end of a column`() {
        func section(_ title: SafeText, _ count: Int) -> HelpList.Section {
            HelpList.Section(title, (0..<count).map { KeyHints.Hint(key: "k", label: "action \($0)") })
        }
        let help = HelpList([section("One", 3), section("Two", 3), section("Three", 3)])
        #expect(help.rowCount(width: 20) == 14)
        var buffer = screen(50, 5)
        help.draw(into: &buffer, in: buffer.bounds)
        #expect(buffer.lines()[0].hasPrefix("One"))
        #expect(buffer.lines()[0].contains("Two") && buffer.lines()[0].contains("Three"))
        #expect(help.rowCount(width: 50) == 4)
    }
}
