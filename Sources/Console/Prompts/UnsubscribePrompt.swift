import Settings
import TerminalUI

/// `u`: the console's subscriptions, to choose one to end.
struct UnsubscribePrompt: ConsolePrompt {
    private var list = ListState<Int>()

    /// - Parameter selected: The subscription to begin with.
    init(selected: Int?) {
        if let selected { list.select(selected) }
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        let ids = data.subscriptions.map(\.id)
        list.update(ids, height: ids.count)
        switch (key.code, key.modifiers) {
        case (.escape, []), (.character("q"), []), (.character("c"), .control): return .close
        case (.enter, []): return list.selection.map { .submit(.unsubscribe($0)) } ?? .close
        default:
            if let action = data.keys.action(for: key, in: .everywhere) {
                _ = list.handle(action, in: ids, height: ids.count)
            }
            return .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        var list = list
        let rows = min(data.subscriptions.count, max(1, view.height - 6))
        list.update(data.subscriptions.map(\.id), height: rows)
        let hints = KeyHints(
            [KeyHints.Hint(key: "enter", label: "unsubscribe"), KeyHints.Hint(key: "esc", label: "back")],
            keyStyle: data.theme[.key]
        )
        let texts = data.subscriptions.map(\.label)
        let width = (texts.map(\.width).max() ?? 0) + 2
        let inside = Dialog(title: "Unsubscribe from", hints: hints, styles: .dialog(data.theme))
            .draw(into: &buffer, in: view, contentSize: Size(width: width, height: rows))
        for (line, index) in data.subscriptions.indices.dropFirst(list.offset).prefix(inside.height).enumerated() {
            let isSelected = index == list.index
            let mark = isSelected ? buffer.glyphs.selection + " " : "  "
            buffer.write(mark + texts[index], in: inside.row(line))
            if isSelected { buffer.restyle(inside.row(line), with: data.theme[.selection]) }
        }
        return nil
    }
}

extension SubscriptionRow {
    /// What it is for, in one line.
    var label: SafeText {
        var text: SafeText = "\(untrusted: request.pattern)"
        if let group = request.queueGroup { text += ", queue group \(untrusted: group)" }
        if request.purpose == .watch { text += ", watched" }
        switch state {
        case .active: break
        case .pending: text += ", pending"
        case .failed(let reason): text += ", ended: \(reason)"
        }
        return text
    }
}
