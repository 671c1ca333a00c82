import Settings
import TerminalUI

/// What keys do in every view: what the help lists, and what ``update(_:_:)`` carries out.
enum GlobalActions {
    /// What the hints show of it, the most important first.
    static let hints: [(action: KeyAction, label: SafeText)] = [
        (.subscribe, "subscribe"), (.publish, "publish"), (.filter, "filter"), (.help, "help"), (.quit, "quit"),
    ]

    /// The same on a narrow screen, in shorter words: help comes first, because it has all that is left out.
    static let shortHints: [(action: KeyAction, label: SafeText)] = [
        (.help, "help"), (.subscribe, "sub"), (.publish, "pub"), (.filter, "filter"), (.quit, "quit"),
    ]

    /// What it does beside opening views.
    static let actions: [KeyAction] = [
        .subscribe, .unsubscribe, .publish, .cancelSending, .filter, .command, .help, .back, .nextTheme, .mouse, .copyScreen,
        .redraw, .suspend,
        .quit,
    ]

    /// How to get around.
    static let moves: [KeyAction] = [
        .up, .down, .pageUp, .pageDown, .halfPageUp, .halfPageDown, .first, .last, .open, .nextPane, .previousPane,
    ]
}
