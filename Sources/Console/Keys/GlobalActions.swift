import Settings
import TerminalUI

/// What keys do in every view: what the help lists, and what ``update(_:_:)`` carries out.
enum GlobalActions {
    /// What the hints show of it, the most important first.
    /// - Parameter isShort: On a narrow screen the words are shorter, so that none of the first four is left out.
    static func hints(isShort: Bool) -> [(action: KeyAction, label: SafeText)] {
        [
            (.subscribe, isShort ? "sub" : "subscribe"), (.publish, isShort ? "pub" : "publish"),
            (.filter, "filter"), (.help, "help"), (.quit, "quit"),
        ]
    }

    /// What it does beside opening views.
    static let actions: [KeyAction] = [
        .subscribe, .unsubscribe, .publish, .filter, .command, .help, .back, .nextTheme, .mouse, .copyScreen, .redraw, .suspend,
        .quit,
    ]

    /// How to get around.
    static let moves: [KeyAction] = [
        .up, .down, .pageUp, .pageDown, .halfPageUp, .halfPageDown, .first, .last, .open, .nextPane, .previousPane,
    ]
}
