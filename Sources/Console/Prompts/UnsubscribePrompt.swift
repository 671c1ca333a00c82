import TerminalUI

/// `u` opens the list of subscriptions, to end one of them.
struct UnsubscribePrompt: ConsolePrompt {
    private var list: PickList<Int>

    /// - Parameter selected: The subscription that is selected first.
    init(selected: Int?) {
        list = PickList(selected: selected)
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch list.handle(key, in: data.subscriptions.map(\.id), data) {
        case .chosen(let id): .submit(.unsubscribe(id))
        case .cancelled: .close
        case .stays: .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        list.draw(
            data.subscriptions.map { ($0.id, $0.label) },
            title: "Unsubscribe from",
            hints: [KeyHints.Hint(key: "enter", label: "unsubscribe"), KeyHints.Hint(key: "esc", label: "back")],
            theme: data.theme,
            into: &buffer,
            in: view
        )
        return nil
    }
}

extension SubscriptionRow {
    /// The subscription in one line.
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
