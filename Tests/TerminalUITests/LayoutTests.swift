import SeededRandomness
import TestSupport
import Testing

@testable import TerminalUI

@Suite("Layout")
struct LayoutTests {
    private func lengths(_ total: Int, spacing: Int = 0, _ constraints: Constraint...) -> [Int?] {
        Layout(.horizontal, spacing: spacing, constraints).lengths(in: total)
    }

    @Test
    func `fixed parts keep their length and filling parts share the rest by weight`() {
        #expect(lengths(20, .fixed(5), .fill(), .fixed(3)) == [5, 12, 3])
        #expect(lengths(10, .fill(1), .fill(2)) == [4, 6])
        #expect(lengths(10, .minimum(2), .minimum(4)) == [4, 6])
        #expect(lengths(100, .fraction(0.3), .fill()) == [30, 70])
        #expect(lengths(11, spacing: 1, .fill(), .fill()) == [5, 5])
    }

    @Test
    func `the most important flexible parts grow first`() {
        #expect(
            lengths(
                14,
                .flexible(minimum: 2, ideal: 8, importance: 1),
                .flexible(minimum: 2, ideal: 8, importance: 2),
                .fixed(3)
            ) == [3, 8, 3]
        )
    }

    @Test
    func `the least important part is dropped first, and the last of equal ones`() {
        let parts: [Constraint] = [.fixed(4), .fixed(4, importance: 1), .fixed(4, importance: 5), .fixed(4, importance: 1)]
        let layout = Layout(.horizontal, spacing: 1, parts)
        #expect(layout.lengths(in: 19) == [4, 4, 4, 4])
        #expect(layout.lengths(in: 18) == [4, 4, 4, nil])
        #expect(layout.lengths(in: 13) == [4, nil, 4, nil])
        #expect(layout.lengths(in: 8) == [4, nil, nil, nil])
        #expect(layout.lengths(in: 2) == [2, nil, nil, nil])
        #expect(layout.lengths(in: 0) == [0, nil, nil, nil])
    }

    @Test
    func `both axes have gaps between visible parts`() {
        let rect = Rect(x: 2, y: 1, width: 9, height: 4)
        #expect(
            Layout(.horizontal, spacing: 1, [.fixed(3), .fixed(9, importance: 0), .fill()]).split(rect) == [
                Rect(x: 2, y: 1, width: 3, height: 4), Rect(x: 2, y: 1, width: 0, height: 0),
                Rect(x: 6, y: 1, width: 5, height: 4),
            ]
        )
        #expect(
            Layout(.vertical, [.fixed(1), .fill()]).split(rect) == [
                Rect(x: 2, y: 1, width: 9, height: 1), Rect(x: 2, y: 2, width: 9, height: 3),
            ]
        )
    }

    @Test
    func `parts never overlap, never leave the rectangle, and cover it if one fills`() {
        var random = SplitMix64(seed: 42)
        for _ in 0..<5000 {
            let parts = (0..<Int.random(in: 0..<7, using: &random)).map { _ in constraint(&random) }
            let spacing = Int.random(in: 0..<3, using: &random)
            let width = Int.random(in: 0..<60, using: &random)
            let rect = Rect(x: 3, y: 2, width: width, height: 5)
            let rects = Layout(.horizontal, spacing: spacing, parts).split(rect)
            #expect(rects.count == parts.count)
            var edge = rect.x
            for part in rects where !part.isEmpty {
                #expect(part.x >= edge && part.right <= rect.right, "\(parts) in \(width)")
                edge = part.right
            }
        }
    }

    private func constraint(_ random: inout SplitMix64) -> Constraint {
        let length = Int.random(in: -2..<30, using: &random)
        let importance = Bool.random(using: &random) ? Constraint.required : Int.random(in: 0..<4, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return .fixed(length, importance: importance)
        case 1: return .minimum(length, importance: importance)
        case 2: return .fraction(Double(length) / 20, minimum: 3, importance: importance)
        case 3: return .fill(length, minimum: length / 2, importance: importance)
        default: return .flexible(minimum: length / 2, ideal: length, importance: importance)
        }
    }
}

@Suite("Rectangles")
struct RectTests {
    @Test
    func `sizes are never negative`() {
        #expect(Rect(x: 1, y: 1, width: -4, height: 3).size == Size(width: 0, height: 3))
        #expect(Rect(x: 0, y: 0, width: 3, height: 3).inset(horizontal: 2).width == 0)
        #expect(Rect(x: 0, y: 0, width: 3, height: 3).intersection(Rect(x: 5, y: 5, width: 1, height: 1)).isEmpty)
    }

    @Test
    func `rows can be removed from either end`() {
        let rect = Rect(x: 1, y: 2, width: 5, height: 3)
        #expect(rect.droppingTop(1) == Rect(x: 1, y: 3, width: 5, height: 2))
        #expect(rect.droppingTop(9).isEmpty)
        #expect(rect.droppingBottom(1) == Rect(x: 1, y: 2, width: 5, height: 2))
        #expect(rect.row(2) == Rect(x: 1, y: 4, width: 5, height: 1))
        #expect(rect.row(3).isEmpty)
        #expect(rect.centered(Size(width: 3, height: 9)) == Rect(x: 2, y: 2, width: 3, height: 3))
    }
}
