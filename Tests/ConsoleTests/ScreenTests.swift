import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Screens")
struct ScreenTests {
    static let sizes = [Size(width: 120, height: 36), Size(width: 80, height: 24), Size(width: 40, height: 12)]
    static let views: [KeyAction] = [.overview, .topics, .tail, .events]

    @Test("each view at each size", arguments: views, sizes)
    func view(_ view: KeyAction, _ size: Size) throws {
        let model = Fixtures.busyModel(size, view: view)
        try Screens.expect(model, "\(view.rawValue)-\(size.width)x\(size.height)")
    }
}
