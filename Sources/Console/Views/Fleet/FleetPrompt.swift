import Settings
import TerminalUI

/// `:fleet` shows the programs of the deployment and their rings, as long as it is open.
struct FleetPrompt: ConsolePrompt {
    private var scroll = ScrollState()

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch data.keys.action(for: key, in: .everywhere) {
        case .back, .quit: return .close
        // The number of rows is not known here. Drawing corrects an offset that is too large.
        case let action?: _ = scroll.handle(action, count: .max, height: 10)
        case nil: break
        }
        return .stay
    }

    mutating func insert(_ paste: Paste) {}

    mutating func refresh(_ data: DashboardData, view: Size) {
        let inside = Size(width: max(2, view.width - 4), height: max(0, view.height - 2))
        scroll.update(count: FleetText(data, width: inside.width).lines.count, height: inside.height)
    }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        buffer.clear(view, style: data.theme[.text])
        let inside = buffer.drawBox(
            view,
            title: "Fleet",
            note: "\(data.keys.key(for: .back) ?? "") back",
            style: data.theme[.focusedBorder],
            titleStyle: data.theme[.title]
        ).inset(horizontal: 1)
        let lines = FleetText(data, width: inside.width).lines.dropFirst(scroll.offset).prefix(inside.height)
        for (index, line) in lines.enumerated() { line.draw(into: &buffer, in: inside.row(index), theme: data.theme) }
        return nil
    }
}
