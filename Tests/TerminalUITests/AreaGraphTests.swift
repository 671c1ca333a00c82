import TerminalStyle
import TestSupport
import Testing

@testable import TerminalUI

@Suite("Area graphs")
struct AreaGraphTests {
    private static let colors: [Style] = [Style(foreground: .blue), Style(foreground: .yellow), Style(foreground: .green)]

    private func graph(_ series: [[Double?]], top: Double, isColored: Bool = true, axis: TimeAxis? = nil) -> AreaGraph {
        AreaGraph(
            series.enumerated().map { index, values in
                AreaGraph.Area(
                    values,
                    shades: [isColored ? Self.colors[index] : .plain],
                    asciiMark: SafeText(number: index + 1)
                )
            },
            top: top,
            timeAxis: axis
        )
    }

    private func buffer(_ graph: AreaGraph, _ width: Int, _ height: Int, _ glyphs: GlyphSet = .unicode) -> CellBuffer {
        var buffer = screen(width, height, glyphs)
        graph.draw(into: &buffer, in: buffer.bounds)
        return buffer
    }

    @Test
    func `an area is filled to its values in eighths of a row, with the newest value at the right`() {
        #expect(buffer(graph([[1, 4, 8, 12, 16]], top: 16), 6, 2).lines() == ["    ▄█", " ▁▄███"])
    }

    @Test
    func `areas are stacked: a cell with two of them has the color of the lower one in front of that of the upper one`() throws {
        let buffer = buffer(graph([[4], [8], [4]], top: 16), 1, 2)
        #expect(buffer.lines() == ["▄", "▄"])
        let (upper, lower) = (try #require(buffer[Point(x: 0, y: 0)]), try #require(buffer[Point(x: 0, y: 1)]))
        #expect(lower.style == Style(foreground: .blue, background: .yellow))
        #expect(upper.style == Style(foreground: .yellow, background: .green))
    }

    @Test
    func `areas that meet in the topmost cell end at their sum, in the color of the larger one`() throws {
        func cell(_ series: [[Double?]]) throws -> (glyph: [String], style: Style) {
            let buffer = buffer(graph(series, top: 8), 1, 1)
            return (buffer.lines(), try #require(buffer[Point(x: 0, y: 0)]).style)
        }
        let lower = try cell([[3], [1]])
        #expect(lower.glyph == ["▄"] && lower.style == Style(foreground: .blue))
        let upper = try cell([[1], [3], [2]])
        #expect(upper.glyph == ["▆"] && upper.style == Style(foreground: .yellow))
        let full = try cell([[3], [5]])
        #expect(full.glyph == ["▃"] && full.style == Style(foreground: .blue, background: .yellow))
    }

    @Test
    func `a small value is visible, a gap is empty, and nothing leaves the graph`() {
        #expect(buffer(graph([[0.001, nil, 0, .nan, 99]], top: 8), 5, 1).lines() == ["▁   █"])
        let small = buffer(graph([[100], [0.001]], top: 100), 1, 1)
        #expect(small.lines() == ["█"])
    }

    @Test
    func `shades go from the bottom of the graph to its top, and neighboring columns have the same one`() throws {
        let shades = (0..<4).map { Style(foreground: .indexed(UInt8(16 + $0))) }
        let buffer = buffer(AreaGraph([AreaGraph.Area([8, 5], shades: shades)], top: 8), 2, 4)
        let colors = shades.reversed().map(\.foreground)
        #expect((0..<4).map { buffer[Point(x: 0, y: $0)]?.style.foreground } == colors)
        #expect((1..<4).map { buffer[Point(x: 1, y: $0)]?.style.foreground } == Array(colors.dropFirst()))
    }

    @Test
    func `areas without different colors have textures, and in ASCII they consist of their marks`() {
        let areas = graph([[4, 4], [4, 4], [4, 4]], top: 12, isColored: false)
        let rows = buffer(areas, 2, 3).lines()
        #expect(Set(rows).count == 3, "three textures: \(rows)")
        #expect(rows[2] == "⣿⣿")
        #expect(buffer(areas, 2, 3, .ascii).lines() == ["33", "22", "11"])
    }

    @Test
    func `the scale has zero on the time axis, the top value, and the middle one where a row begins there`() {
        let graph = graph([Array(repeating: 500, count: 60)], top: 1000, axis: TimeAxis(secondsPerColumn: 1))
        #expect(
            buffer(graph, 36, 7).lines() == [
                "  1k ┤                              ",
                "     │                              ",
                "     │                              ",
                " 500 ┤██████████████████████████████",
                "     │██████████████████████████████",
                "     │██████████████████████████████",
                "   0 ┤−30 s          −15 s       now",
            ]
        )
    }

    @Test(arguments: [(0, 0), (1, 1), (2, 1), (1, 3), (7, 2), (16, 1), (300, 2)])
    func `a graph accepts every size`(width: Int, height: Int) {
        for glyphs in [GlyphSet.unicode, .ascii] {
            let graph = graph([[1, 5, nil, 3], [2]], top: 4, axis: TimeAxis(secondsPerColumn: 2))
            #expect(buffer(graph, width, height, glyphs).lines().count == height)
        }
    }

    @Test
    func `the peak is the largest sum of the visible values`() {
        #expect(AreaGraph.peak(of: [[100, 1, 2], [1, nil, 5]], columns: 2) == 7)
        #expect(AreaGraph.peak(of: [[100, 1, 2], [1]], columns: 3) == 100)
        #expect(AreaGraph.peak(of: [], columns: 3) == 0)
    }

    // MARK: Scale

    @Test(
        arguments: [(0, 1), (0.3, 1), (1, 1), (1.1, 1.2), (7600, 8000), (21, 24), (950, 1000), (.infinity, 1), (81, 100)]
            as [(Double, Double)]
    )
    func `the scale ends at a round value above the peak`(peak: Double, top: Double) {
        var scale = GraphScale()
        scale.reset(peak: peak)
        #expect(abs(scale.top - top) < 1e-9)
    }

    @Test
    func `the scale grows at once, and shrinks by one step after five quiet seconds`() {
        var scale = GraphScale()
        scale.update(peak: 950, at: .seconds(1))
        #expect(scale.top == 1000)
        scale.update(peak: 3100, at: .seconds(2))
        #expect(scale.top == 4000)
        var tops: [Double] = []
        for second in 3..<24 {
            scale.update(peak: 1000, at: .seconds(second))
            tops.append(scale.top)
        }
        #expect(tops == Array([4000, 3000, 2400, 2000, 1600].map { Array(repeating: $0, count: 5) }.joined().prefix(21)))
        // A short peak in between starts the time anew.
        scale.update(peak: 1600, at: .seconds(24))
        scale.update(peak: 900, at: .seconds(25))
        scale.update(peak: 900, at: .seconds(29))
        #expect(scale.top == 1600)
        scale.update(peak: 900, at: .seconds(30))
        #expect(scale.top == 1200)
    }

    @Test
    func `the scale never falls below the peak`() {
        var scale = GraphScale()
        scale.update(peak: 3100, at: .zero)
        for second in 0..<100 { scale.update(peak: 2900, at: .seconds(second)) }
        #expect(scale.top == 3000)
    }

    // MARK: Time

    @Test(
        arguments: [
            (1, 60, ["−45 s@45", "−30 s@30", "−15 s@15", "now@3", "−1 min@60"]),
            (5, 54, ["−4 min@48", "−3 min@36", "−2 min@24", "−1 min@12", "now@3"]),
            (2, 54, ["−1:30@45", "−1 min@30", "−30 s@15", "now@3"]),
            (0.5, 20, ["−10 s@20", "now@3"]), (15, 54, ["−10 min@40", "−5 min@20", "now@3"]), (1, 2, []),
        ] as [(Double, Int, Set<String>)]
    )
    func `labels of the time axis are round ages at their columns`(seconds: Double, columns: Int, expected: Set<String>) {
        let labels = TimeAxis(secondsPerColumn: seconds).labels(columns: columns)
        #expect(Set(labels.map { "\($0.text.plain)@\($0.columnsFromRight)" }) == expected)
    }
}
