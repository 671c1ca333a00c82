import TerminalUI

/// Asks the operator to confirm an action.
struct ConfirmationPrompt: ConsolePrompt {
    /// The action after the confirmation.
    enum Action: Sendable, Hashable {
        case subscribe(SubscriptionRequest)
        case publish(PublishRequest)
        case quit
        case switchProfile(String)
    }

    let title: SafeText
    var message: [SafeText]
    let action: Action

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch (key.code, key.modifiers) {
        case (.character("y"), []), (.character("Y"), []): .submit(.perform(action))
        // A second ^C confirms.
        case (.character("c"), .control) where action == .quit: .submit(.perform(action))
        case (.character("n"), []), (.character("N"), []), (.character("q"), []), (.escape, []),
            (.character("c"), .control):
            .close
        default: .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let hints = KeyHints(
            [KeyHints.Hint(key: "y", label: "yes"), KeyHints.Hint(key: "n", label: "no")],
            keyStyle: data.theme[.key]
        )
        Dialog(title: title, message: message, hints: hints, styles: .dialog(data.theme)).draw(into: &buffer, in: view)
        return nil
    }
}

extension Dialog.Styles {
    /// Returns the styles of all dialogs.
    static func dialog(_ theme: Theme) -> Dialog.Styles {
        Dialog.Styles(body: theme[.text], border: theme[.focusedBorder], title: theme[.title])
    }
}
