import TerminalUI
import TestSupport
import Testing

@testable import Console

@Suite("Sizes")
struct SizeTests {
    @Test(arguments: ScreenTests.views)
    func `every view with every prompt draws at every size from zero to 60 by 20`(_ view: KeyAction) {
        let keys = ["", "s", "p", "u", ":", "/", "?", "enter"]
        for key in keys {
            var model = Fixtures.busyModel(Size(width: 60, height: 20), view: view)
            if !key.isEmpty { model.press(key) }
            for width in 0...60 {
                for height in 0...20 where TestScale.isFull || Self.isSampled(width, height) {
                    model.size = Size(width: width, height: height)
                    let (buffer, cursor) = Screens.frame(model)
                    let isInside = cursor.map { buffer.bounds.contains($0) } ?? true
                    if buffer.size != model.size || !isInside { Issue.record("\(view) \(key) \(width)x\(height)") }
                }
            }
        }
    }

    /// Every width at a few heights, and every height at a few widths.
    private static func isSampled(_ width: Int, _ height: Int) -> Bool {
        [1, 5, 12, 20].contains(height) || [1, 20, 40].contains(width)
    }

    @Test
    func `the size can change at any time`() {
        var model = Fixtures.busyModel(Size(width: 200, height: 60), view: .tail)
        for (width, height) in [(200, 60), (1, 1), (80, 24), (40, 12), (300, 5), (120, 36)] {
            _ = update(&model, .input(.resize(Size(width: width, height: height))))
            #expect(Screens.lines(model).count == height)
            model.press("up", "pgup", "G", "enter")
        }
    }
}
